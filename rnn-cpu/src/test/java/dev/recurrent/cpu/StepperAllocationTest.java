package dev.recurrent.cpu;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("compiled")
class StepperAllocationTest {
  /** Less than any vector that is boxed at each step. */
  private static final long MOST_BYTES = 99;

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aStepAllocatesNothing(CellDefinition cell) {
    try (var backend = new CpuBackend(1);
        var layer = Recurrent.of(cell, 20, 40).layers(2).build(backend, 1);
        var stepper = layer.stepper()) {
      var x = new float[20];
      Allocations.assertAtMost(MOST_BYTES, () -> stepper.step(x));
    }
  }

  private static final class TokenModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(30, 20));
    final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.LSTM, 20, 40));
    final Dense hidden = add("hidden", Dense.of(40, 20).activation(UnaryOp.RELU));
    final Dense output = add("output", Dense.of(20, 30).withoutBias());

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, recurrent, hidden, output);
    }
  }

  @Test
  void aStepOfAModelAndAReadOfItsStateAllocateNothing() {
    try (var backend = new CpuBackend(1);
        var model = new TokenModel()) {
      model.build(backend, 1);
      try (var stepper = model.stepper()) {
        var state = stepper.state();
        Allocations.assertAtMost(
            MOST_BYTES,
            () -> {
              stepper.step(7);
              stepper.readState(state);
              stepper.setState(state);
            });
      }
    }
  }
}

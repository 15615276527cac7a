package dev.recurrent.layer;

import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is one run of a {@link RecurrentUnit} over sequences: forward, and what backward needs of it. */
final class UnitRun {
  private final Tape tape;
  private final SequenceLayout layout;
  private final RecurrentUnit unit;
  private final Tensor x;
  private final List<Tensor> initial;
  private final List<Tensor> finals;
  private @Nullable ForwardCall call;
  private @Nullable Trace trace;

  UnitRun(Tape tape, SequenceLayout layout, RecurrentUnit unit, Tensor x, List<Tensor> initial) {
    this.tape = tape;
    this.layout = layout;
    this.unit = unit;
    this.x = x;
    this.initial = initial;
    finals =
        unit.program().states().stream()
            .map(state -> tape.tensor(layout.batch(), state.size(), null))
            .toList();
  }

  RecurrentUnit unit() {
    return unit;
  }

  /** Returns the states after the last steps, {@code [B, S]} each, in sorted order. */
  List<Tensor> finals() {
    return finals;
  }

  void forward(Matrix output) {
    long version = tape.beginReading(unit.store());
    call =
        new ForwardCall(
            layout,
            unit.direction(),
            tape.mode(),
            tape.nextSeed(),
            x.value(),
            initial.stream().map(Tensor::value).toList(),
            unit.values(),
            version,
            output,
            finals.stream().map(Tensor::value).toList());
    trace = unit.kernel().forward(call);
    tape.keep(trace);
  }

  void backward(Matrix dOutput) {
    var dFinals =
        finals.stream().anyMatch(Tensor::hasGradient)
            ? finals.stream().map(Tensor::gradientOrZeros).toList()
            : List.<Matrix>of();
    var dInitial =
        initial.stream().anyMatch(Tensor::requiresGradient)
            ? initial.stream().map(s -> tape.temporary(s.rows(), s.columns())).toList()
            : List.<Matrix>of();
    if (x.requiresGradient()) {
      x.contribute(dx -> backward(dOutput, dFinals, dx, dInitial));
    } else {
      backward(dOutput, dFinals, null, dInitial);
    }
    for (int s = 0; s < dInitial.size(); s++) {
      var part = dInitial.get(s);
      initial.get(s).contribute(d -> tape.ops().copy(part, d));
      tape.release(part);
    }
  }

  private void backward(
      Matrix dOutput, List<Matrix> dFinals, @Nullable Matrix dx, List<Matrix> dInitial) {
    if (call == null || trace == null) {
      throw new IllegalStateException("backward: expected a forward pass before it, got none");
    }
    unit.kernel()
        .backward(trace, new BackwardCall(call, dOutput, dFinals, dx, dInitial, unit.gradients()));
  }
}

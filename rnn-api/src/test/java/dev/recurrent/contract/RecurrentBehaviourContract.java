package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.MaskScope;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What compiled cells promise about modes, masks, and one call after another. */
interface RecurrentBehaviourContract extends RecurrentContract {
  /** A cell whose output is a mask. */
  CellDefinition MASKS =
      CellDefinition.named(
          "masks",
          c -> {
            c.state("h");
            c.next("h", c.keepMask(0.4));
            var ofSequence = c.keepMask(0.25, c.hiddenSize(), MaskScope.SEQUENCE);
            c.next("sequence", c.state("sequence").times(0.5).plus(ofSequence));
          });

  private static SequenceLayout unsorted() {
    return SequenceLayout.ofLengths(2, 5, 0, 3, 5, 1, 4);
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  default void inferenceGivesTheOutputsOfEvaluation(CellDefinition cell) {
    var program = cell.program(CellSizes.of(3, 17));
    for (var direction : Direction.values()) {
      var setup = Setup.of(program, unsorted(), 3).with(direction);
      try (var kernel = backend().compile(program);
          var evaluation = new CellProblem(backend(), setup);
          var inference = new CellProblem(backend(), setup.with(Mode.INFERENCE))) {
        evaluation.run(kernel);
        inference.run(kernel);
        assertClose(inference, evaluation, setup);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  default void randomMasksAreTheReferencesToTheBit(Direction direction) {
    var program = MASKS.program(CellSizes.of(1, 21));
    for (long seed : new long[] {1, 2, -1L << 40}) {
      var setup = Setup.of(program, unsorted(), seed).with(direction).with(Mode.TRAINING);
      try (var tested = backend().compile(program);
          var expected = reference().compile(program);
          var a = new CellProblem(backend(), setup);
          var b = new CellProblem(reference(), setup)) {
        a.run(tested);
        b.run(expected);
        var wanted = b.results().getFirst().elements();
        Tolerance.assertSameBits(wanted, a.results().getFirst().elements(), "mask");
        assertClose(b, a, setup);
      }
    }
  }

  @Test
  default void outsideTrainingAMaskIsItsExpectation() {
    for (var mode : List.of(Mode.EVALUATION, Mode.INFERENCE)) {
      var program = MASKS.program(CellSizes.of(1, 5));
      var setup = Setup.of(program, unsorted(), 3).with(mode);
      try (var kernel = backend().compile(program);
          var problem = new CellProblem(backend(), setup)) {
        problem.run(kernel);
        for (float element : problem.results().getFirst().elements()) {
          assertEquals(0.6f, element);
        }
      }
    }
  }

  @Test
  default void twoTracesMayBeAliveAtOnce() {
    var program = Cells.LSTM.program(CellSizes.of(3, 17));
    var first = Setup.of(program, unsorted(), 4);
    var second = Setup.of(program, SequenceLayout.ofLengths(3, 4, 1), 5).with(Direction.REVERSE);
    try (var kernel = backend().compile(program);
        var expected = reference().compile(program);
        var a = new CellProblem(backend(), first);
        var b = new CellProblem(backend(), second);
        var wantedA = new CellProblem(reference(), first);
        var wantedB = new CellProblem(reference(), second)) {
      try (var traceA = kernel.forward(a.forwardCall());
          var traceB = kernel.forward(b.forwardCall())) {
        kernel.backward(traceA, a.backwardCall());
        kernel.backward(traceB, b.backwardCall());
      }
      wantedA.run(expected);
      wantedB.run(expected);
      assertClose(wantedA, a, first);
      assertClose(wantedB, b, second);
    }
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  default void newParametersAreUsedInACallOfAnotherVersion(CellDefinition cell) {
    var program = cell.program(CellSizes.of(5, 17));
    var old = Setup.of(program, unsorted(), 6);
    var changed = Setup.of(program, unsorted(), 7);
    try (var kernel = backend().compile(program);
        var expected = reference().compile(program);
        var problem = new CellProblem(backend(), old);
        var other = new CellProblem(backend(), changed);
        var wanted = new CellProblem(reference(), changed)) {
      problem.run(kernel);
      // All of the other problem's numbers, in the place of the old ones.
      for (int i = 0; i < problem.matrices().size(); i++) {
        backend().ops().copy(other.matrices().get(i), problem.matrices().get(i));
      }
      problem.changeVersion();
      problem.run(kernel);
      wanted.run(expected);
      assertClose(wanted, problem, changed);
    }
  }

  /** A large call full of NaN leaves nothing behind that a small one could see. */
  @ParameterizedTest
  @MethodSource("catalogue")
  default void resultsDoNotDependOnEarlierCalls(CellDefinition cell) {
    var program = cell.program(CellSizes.of(5, 17));
    var large = Setup.of(program, SequenceLayout.uniform(6, 9), 8).with(Mode.TRAINING);
    for (var direction : Direction.values()) {
      var small = Setup.of(program, unsorted(), 9).with(direction);
      try (var used = backend().compile(program);
          var fresh = backend().compile(program);
          var poison = new CellProblem(backend(), large);
          var a = new CellProblem(backend(), small);
          var b = new CellProblem(backend(), small)) {
        backend().ops().fill(poison.forwardCall().input(), Float.NaN);
        poison.run(used);
        a.run(used);
        b.run(fresh);
        for (int i = 0; i < a.results().size(); i++) {
          Tolerance.assertSameBits(
              b.results().get(i).elements(),
              a.results().get(i).elements(),
              cell + " " + b.results().get(i).name());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  default void sequenceAloneHasTheBitsThatItHasInABatch(CellDefinition cell) {
    assumeTrue(bits() == Bits.SAME_IN_ANY_BATCH, "the backend does not promise the same bits");
    var program = cell.program(CellSizes.of(5, 17));
    for (var direction : Direction.values()) {
      try (var kernel = backend().compile(program);
          var batch =
              new CellProblem(backend(), Setup.of(program, unsorted(), 10).with(direction))) {
        batch.run(kernel);
        for (int i = 0; i < unsorted().batch(); i++) {
          checkAlone(program, kernel, batch, i);
        }
      }
    }
  }

  /** Runs the sequence of one sorted row by itself. */
  private void checkAlone(CellProgram program, RecurrentKernel kernel, CellProblem batch, int i) {
    var layout = batch.forwardCall().layout();
    int length = layout.sortedLength(i);
    var setup =
        Setup.of(program, SequenceLayout.ofLengths(length), 10)
            .with(batch.forwardCall().direction());
    try (var alone = new CellProblem(backend(), setup)) {
      var from = batch.forwardCall();
      var to = alone.forwardCall();
      for (int p = 0; p < from.parameters().size(); p++) {
        backend().ops().copy(from.parameters().get(p), to.parameters().get(p));
      }
      for (int t = 0; t < length; t++) {
        int row = layout.rowStart(t) + i;
        alone.setRow(to.input(), t, batch.row(from.input(), row));
        alone.setRow(
            alone.backwardCall().dOutput(), t, batch.row(batch.backwardCall().dOutput(), row));
      }
      copyRow(alone, to.initialStates(), batch, from.initialStates(), i);
      copyRow(
          alone,
          alone.backwardCall().dFinalStates(),
          batch,
          batch.backwardCall().dFinalStates(),
          i);
      alone.changeVersion();
      alone.run(kernel);
      var name = program.name() + " sequence " + i + " of length " + length;
      for (int t = 0; t < length; t++) {
        int row = layout.rowStart(t) + i;
        Tolerance.assertSameBits(
            batch.row(from.output(), row), alone.row(to.output(), t), name + ": output");
        Tolerance.assertSameBits(
            batch.row(batch.backwardCall().dInput(), row),
            alone.row(alone.backwardCall().dInput(), t),
            name + ": dInput");
      }
      assertSameRow(alone, to.finalStates(), batch, from.finalStates(), i);
      assertSameRow(
          alone,
          alone.backwardCall().dInitialStates(),
          batch,
          batch.backwardCall().dInitialStates(),
          i);
    }
  }

  private static void copyRow(
      CellProblem alone, List<Matrix> to, CellProblem batch, List<Matrix> from, int row) {
    for (int s = 0; s < to.size(); s++) {
      alone.setRow(to.get(s), 0, batch.row(from.get(s), row));
    }
  }

  private static void assertSameRow(
      CellProblem alone, List<Matrix> got, CellProblem batch, List<Matrix> wanted, int row) {
    for (int s = 0; s < got.size(); s++) {
      Tolerance.assertSameBits(
          batch.row(wanted.get(s), row), alone.row(got.get(s), 0), "state " + s + " of row " + row);
    }
  }
}

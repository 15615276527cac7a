package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.fail;

import dev.recurrent.cell.CellDefinitionException;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.reference.ReferenceStorage;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Compares random cells with the reference, forward and backward, and in inference. A result that
 * is further off than the suite allows is compared once more with what the numbers of the cell
 * allow: how far the reference itself moves when all that it reads moves by half a unit in the last
 * place of single precision. A cell that fails is made smaller before it is shown.
 */
final class RandomCellComparison {
  private static final int MOST_SHOWN = 3;
  private static final int SHRINKING_TRIALS = 1500;
  private static final int NUDGES = 4;

  /** A backward step rounds as well, and sums have more than one rounding. */
  private static final double ROUNDINGS = 16;

  private final RecurrentContract subject;

  RandomCellComparison(RecurrentContract subject) {
    this.subject = subject;
  }

  /** Tries {@code count} cells from number {@code first} on. */
  void run(long first, int count) {
    var shown = new ArrayList<String>();
    int failed = 0;
    for (long number = first; number < first + count; number++) {
      var trial = RandomCells.trial(number);
      if (failure(trial) == null) {
        continue;
      }
      failed++;
      if (shown.size() < MOST_SHOWN) {
        var smallest = CellShrinker.shrink(trial, t -> failure(t) != null, SHRINKING_TRIALS);
        shown.add("cell %d, made smaller:%n%s%n%s".formatted(number, smallest, failure(smallest)));
      }
    }
    if (failed > 0) {
      fail("%d of %d random cells failed%n%s".formatted(failed, count, String.join("\n", shown)));
    }
  }

  /** Returns what is wrong with the results of a trial, or null. */
  @Nullable String failure(CellTrial trial) {
    try {
      var program = trial.program();
      var setup = trial.setup(program);
      try (var tested = subject.backend().compile(program);
          var expected = subject.reference().compile(program)) {
        for (var each : List.of(setup, setup.with(Mode.INFERENCE))) {
          try (var a = new CellProblem(subject.backend(), each);
              var b = new CellProblem(subject.reference(), each)) {
            a.run(tested);
            b.run(expected);
            var problem = problem(each, b.results(), a.results());
            if (problem != null) {
              return problem;
            }
          }
        }
      }
      return null;
    } catch (CellDefinitionException e) {
      throw new IllegalStateException("not a cell: " + trial, e);
    } catch (RuntimeException | LinkageError e) {
      return e.toString();
    }
  }

  private @Nullable String problem(
      Setup setup, List<CellProblem.Result> wanted, List<CellProblem.Result> got) {
    double[] moves = {};
    for (int i = 0; i < wanted.size(); i++) {
      var e = wanted.get(i).elements();
      var a = got.get(i).elements();
      double tolerance = subject.tolerance(setup, wanted.get(i).name());
      int off = firstOff(e, a, tolerance, 0);
      if (off >= 0 && moves.length == 0) {
        moves = moves(setup, wanted);
      }
      if (off >= 0) {
        off = firstOff(e, a, tolerance, ROUNDINGS * moves[i]);
      }
      if (off >= 0) {
        return "%s, %s: element %d: expected %s, got %s, tolerance %.2g + %.2g"
            .formatted(
                setup.mode(),
                wanted.get(i).name(),
                off,
                e[off],
                a[off],
                tolerance,
                ROUNDINGS * moves[i]);
      }
    }
    return null;
  }

  private static int firstOff(float[] e, float[] a, double relative, double absolute) {
    for (int k = 0; k < e.length; k++) {
      boolean close =
          Float.compare(e[k], a[k]) == 0
              || Math.abs((double) a[k] - e[k])
                  <= relative * Math.max(1, Math.abs(e[k])) + absolute;
      if (!close) {
        return k;
      }
    }
    return -1;
  }

  /** Returns for each result how far the reference moves when all numbers move a little. */
  private double[] moves(Setup setup, List<CellProblem.Result> wanted) {
    var moves = new double[wanted.size()];
    var random = new SplittableRandom(setup.seed());
    var plain = new CellProblem(subject.reference(), setup);
    for (int k = 0; k < NUDGES; k++) {
      var rounded = RoundedProgram.of(setup.program(), random);
      try (var kernel = subject.reference().compile(rounded);
          var nudged = new CellProblem(subject.reference(), of(rounded, setup))) {
        copy(plain, nudged);
        nudged.matrices().forEach(matrix -> nudge(matrix, random));
        nudged.run(kernel);
        var results = nudged.results();
        for (int i = 0; i < moves.length; i++) {
          var e = wanted.get(i).elements();
          var a = results.get(i).elements();
          for (int j = 0; j < e.length; j++) {
            moves[i] = Math.max(moves[i], Math.abs((double) a[j] - e[j]));
          }
        }
      }
    }
    plain.close();
    return moves;
  }

  private static Setup of(CellProgram program, Setup setup) {
    return new Setup(
        program,
        setup.layout(),
        setup.direction(),
        setup.mode(),
        setup.given(),
        setup.lie(),
        setup.seed());
  }

  /** Copies all that is read, but for the one parameter that only the other problem has. */
  private static void copy(CellProblem from, CellProblem to) {
    var f = from.forwardCall();
    var t = to.forwardCall();
    copy(List.of(f.input()), List.of(t.input()));
    copy(f.initialStates(), t.initialStates());
    copy(f.parameters(), t.parameters());
    copy(List.of(from.backwardCall().dOutput()), List.of(to.backwardCall().dOutput()));
    copy(from.backwardCall().dFinalStates(), to.backwardCall().dFinalStates());
    copy(from.backwardCall().dParameters(), to.backwardCall().dParameters());
    // What lies around results is compared, too.
    copy(f.finalStates(), t.finalStates());
    copy(from.backwardCall().dInitialStates(), to.backwardCall().dInitialStates());
    var dInput = Objects.requireNonNull(from.backwardCall().dInput());
    copy(List.of(dInput), List.of(Objects.requireNonNull(to.backwardCall().dInput())));
    copy(List.of(f.output()), List.of(t.output()));
  }

  private static void copy(List<Matrix> from, List<Matrix> to) {
    for (int i = 0; i < from.size(); i++) {
      var source = ReferenceStorage.doubles(from.get(i).storage());
      System.arraycopy(source, 0, ReferenceStorage.doubles(to.get(i).storage()), 0, source.length);
    }
  }

  private static void nudge(Matrix matrix, SplittableRandom random) {
    var elements = ReferenceStorage.doubles(matrix.storage());
    for (int i = 0; i < elements.length; i++) {
      elements[i] *= RoundedProgram.rounding(random);
    }
  }
}

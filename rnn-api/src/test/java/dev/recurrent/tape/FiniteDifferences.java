package dev.recurrent.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.reference.ReferenceStorage;
import dev.recurrent.spi.Matrix;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Checks derivatives on the reference backend, whose numbers are doubles throughout. */
public final class FiniteDifferences {
  private static final double STEP = 1e-5;

  private FiniteDifferences() {}

  /** Checks the gradients of all parameters of a store against central differences of the loss. */
  public static void check(
      ReferenceBackend backend, ParameterStore store, Function<Tape, Tensor> loss) {
    try (var tape = Tape.evaluation(backend)) {
      check(tape, store, loss);
    }
  }

  /** Checks on a tape of the caller's; every pass must draw the same masks. */
  public static void check(Tape tape, ParameterStore store, Function<Tape, Tensor> loss) {
    store.clearGradients();
    tape.backward(loss.apply(tape));
    for (var parameter : store.parameters()) {
      var gradient = copy(parameter.gradient());
      for (int i = 0; i < parameter.size(); i++) {
        double up = lossAt(tape, store, parameter, i, STEP, loss);
        double down = lossAt(tape, store, parameter, i, -STEP, loss);
        double expected = (up - down) / (2 * STEP);
        assertEquals(
            expected,
            gradient[i],
            1e-6 * Math.max(1, Math.abs(expected)),
            parameter.name() + "[" + i + "]");
      }
    }
  }

  /** Copies a matrix of the reference backend without rounding. */
  public static double[] copy(Matrix matrix) {
    var all = ReferenceStorage.doubles(matrix.storage());
    var values = new double[matrix.rows() * matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      System.arraycopy(
          all,
          matrix.offset() + r * matrix.stride(),
          values,
          r * matrix.columns(),
          matrix.columns());
    }
    return values;
  }

  /** Gives every parameter distinct random values, so that no two can be mistaken. */
  public static void randomize(ParameterStore store, RandomGenerator random) {
    for (var parameter : store.parameters()) {
      var values = new float[parameter.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextDouble() * 1.4 - 0.7);
      }
      parameter.set(values);
    }
  }

  private static double lossAt(
      Tape tape,
      ParameterStore store,
      Parameter parameter,
      int index,
      double change,
      Function<Tape, Tensor> loss) {
    var values = ReferenceStorage.doubles(parameter.value().storage());
    int at = parameter.value().offset() + index;
    double before = values[at];
    store.change(() -> values[at] = before + change);
    tape.reset(tape.mode(), SEED);
    double result = copy(loss.apply(tape).value())[0];
    store.change(() -> values[at] = before);
    return result;
  }

  /** The seed of every pass. */
  public static final long SEED = 99;
}

package dev.recurrent.cell;

import java.util.random.RandomGenerator;

/**
 * Fills the initial values of a parameter, or of a slice of one, row-major {@code [rows, columns]}.
 */
@FunctionalInterface
public interface Initializer {
  /** Writes {@code rows * columns} values into {@code values} from {@code offset} on. */
  void fill(float[] values, int offset, int rows, int columns, RandomGenerator random);

  /** Returns the initializer that writes the negative of what this one does. */
  default Initializer negated() {
    return (values, offset, rows, columns, random) -> {
      fill(values, offset, rows, columns, random);
      for (int i = offset; i < offset + rows * columns; i++) {
        values[i] = -values[i];
      }
    };
  }

  /** Returns the initializer that writes the same number everywhere. */
  static Initializer constant(double value) {
    return (values, offset, rows, columns, random) ->
        java.util.Arrays.fill(values, offset, offset + rows * columns, (float) value);
  }

  /** Returns the initializer that draws from [-limit, limit). */
  static Initializer uniform(double limit) {
    return (values, offset, rows, columns, random) -> {
      for (int i = offset; i < offset + rows * columns; i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
      }
    };
  }

  /** Returns the initializer that draws from a normal distribution of mean 0. */
  static Initializer normal(double standardDeviation) {
    return (values, offset, rows, columns, random) -> {
      for (int i = offset; i < offset + rows * columns; i++) {
        values[i] = (float) (random.nextGaussian() * standardDeviation);
      }
    };
  }

  /**
   * Returns the initializer of the bias of a gate that keeps a state (Tallec and Ollivier 2018,
   * "Can recurrent neural networks warp time?", chrono initialization): log u, with u drawn from
   * [1, {@code steps} - 1), so that a unit forgets within 1 + u steps.
   *
   * @param steps the longest time that a unit is to remember, at least 2
   */
  static Initializer chrono(int steps) {
    if (steps < 2) {
      throw new IllegalArgumentException("chrono: expected at least 2 steps, got " + steps);
    }
    return (values, offset, rows, columns, random) -> {
      for (int i = offset; i < offset + rows * columns; i++) {
        values[i] = (float) Math.log(1 + random.nextDouble() * (steps - 2));
      }
    };
  }

  /**
   * Returns the uniform initializer whose limit is sqrt(6 / (rows + columns)) (Glorot and Bengio
   * 2010).
   */
  static Initializer glorot() {
    return (values, offset, rows, columns, random) ->
        uniform(Math.sqrt(6.0 / (rows + columns))).fill(values, offset, rows, columns, random);
  }

  /**
   * Returns the initializer that draws a random matrix with orthonormal rows, or columns where
   * there are fewer of them (Saxe et al. 2013): Gram-Schmidt on normal draws. The bits are the same
   * on any machine, with any number of threads.
   */
  static Initializer orthogonal() {
    return OrthogonalInitializer::fill;
  }
}

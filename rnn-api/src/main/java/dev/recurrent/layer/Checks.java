package dev.recurrent.layer;

import dev.recurrent.tape.Tensor;
import org.jspecify.annotations.Nullable;

/** Refuses bad arguments with messages of one form. */
final class Checks {
  private Checks() {}

  static int positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1, got " + value);
    }
    return value;
  }

  static double rate(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + ": expected a rate in [0, 1), got " + value);
    }
    return value;
  }

  static void columns(String layer, Tensor x, int expected) {
    if (x.columns() != expected) {
      throw new IllegalArgumentException(
          layer + " input: expected [rows, " + expected + "], got " + x.value().shape());
    }
  }

  static <T> T built(@Nullable T part, String layer) {
    if (part == null) {
      throw new IllegalStateException(
          layer + ": expected a layer that is built; call build(backend, seed) first");
    }
    return part;
  }
}

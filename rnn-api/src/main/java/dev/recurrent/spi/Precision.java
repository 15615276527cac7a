package dev.recurrent.spi;

import java.util.Locale;

/**
 * Says in which numbers a backend multiplies matrices. Sums, parameters and whatever is not a
 * product are FP32 always.
 */
public enum Precision {
  /** The factors are as they are: 24 bits. */
  FP32,
  /** The factors are rounded to 11 bits, with the range of FP32, as they are read. */
  TF32,
  /** The factors are stored in 8 bits, with the range of FP32. */
  BF16,
  /**
   * The factors are stored in 11 bits, and are infinite from 65520 on and 0 below 3e-8: gradients
   * want a loss that is scaled, as {@code Training} does by itself.
   */
  FP16;

  /** Returns the name in lower case, as users write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.recurrent.examples.run;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converters for the numbers that options take, how numbers are printed, which is the largest. */
public final class Numbers {
  private Numbers() {}

  /** Takes whole numbers from 1 on. */
  public static final class AtLeastOne implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 1);
    }
  }

  /** Takes whole numbers from 0 on. */
  public static final class AtLeastZero implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 0);
    }
  }

  /** Takes finite numbers above 0. */
  public static final class AboveZero implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "a number above 0");
      if (!(value > 0)) {
        throw problem("a number above 0", text);
      }
      return value;
    }
  }

  /** Takes finite numbers from 0 on. */
  public static final class NotNegative implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "a number of at least 0");
      if (!(value >= 0)) {
        throw problem("a number of at least 0", text);
      }
      return value;
    }
  }

  /** Takes numbers in [0, 1). */
  public static final class Rate implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "a number in [0, 1)");
      if (!(value >= 0 && value < 1)) {
        throw problem("a number in [0, 1)", text);
      }
      return value;
    }
  }

  /** Takes numbers in [0, 1]. */
  public static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "a number in [0, 1]");
      if (!(value >= 0 && value <= 1)) {
        throw problem("a number in [0, 1]", text);
      }
      return value;
    }
  }

  /** Returns a number with so many digits after the point, which JSON writes as a number. */
  public static Number rounded(double value, int digits) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP)
        : (Number) value;
  }

  /** Formats with a point as decimal separator and commas between thousands, on any machine. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would bring in a library
  public static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** Returns the index of the largest of {@code count} values, the first of equal ones. */
  public static int largest(int count, IntToDoubleFunction value) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      best = value.applyAsDouble(i) > value.applyAsDouble(best) ? i : best;
    }
    return best;
  }

  /** Writes a duration as a clock does: 1:02:03 or 2:03. */
  public static String clock(double seconds) {
    long s = Math.round(seconds);
    return s >= 3600
        ? format("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
        : format("%d:%02d", s / 60, s % 60);
  }

  private static int whole(String text, int least) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, as a number out of range is.
    }
    throw problem("a whole number from " + least + " to " + Integer.MAX_VALUE, text);
  }

  private static double real(String text, String expected) {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, as infinity is.
    }
    throw problem(expected, text);
  }

  private static TypeConversionException problem(String expected, String got) {
    return new TypeConversionException("expected " + expected + ", got " + got);
  }
}

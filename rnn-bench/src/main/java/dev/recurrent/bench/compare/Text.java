package dev.recurrent.bench.compare;

import java.util.Locale;

/** Writes numbers for people. */
final class Text {
  private Text() {}

  /** Writes three significant digits without an exponent. */
  static String number(double value) {
    int digits = value == 0 ? 0 : 2 - (int) Math.floor(Math.log10(Math.abs(value)));
    var text = String.format(Locale.ROOT, "%." + Math.clamp(digits, 0, 6) + "f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}

package dev.recurrent.cuda;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import java.util.Locale;

/** Writes pieces of kernels. */
final class KernelText {
  private KernelText() {}

  /** Writes a number such that it is the same float on every compiler. */
  static String number(double value) {
    float narrow = (float) value;
    if (Float.isNaN(narrow)) {
      return "(0.0f / 0.0f)";
    }
    if (Float.isInfinite(narrow)) {
      return narrow > 0 ? "INFINITE" : "(-INFINITE)";
    }
    // Nine digits tell all floats apart.
    var text = String.format(Locale.ROOT, "%.8ef", narrow);
    return narrow < 0 || text.startsWith("-") ? "(" + text + ")" : text;
  }

  static String call(UnaryOp op, String a) {
    return "op_" + op.name().toLowerCase(Locale.ROOT) + "(" + a + ")";
  }

  static String call(BinaryOp op, String a, String b) {
    return "op_" + op.name().toLowerCase(Locale.ROOT) + "(" + a + ", " + b + ")";
  }

  /** Makes a name that C++ takes out of one of a user. */
  static String identifier(String name) {
    var text = new StringBuilder("rnn_");
    name.codePoints()
        .forEach(
            c -> {
              boolean plain = c < 128 && Character.isLetterOrDigit(c);
              text.appendCodePoint(plain ? c : '_');
            });
    return text.toString();
  }
}

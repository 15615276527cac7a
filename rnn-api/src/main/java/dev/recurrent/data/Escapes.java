package dev.recurrent.data;

import dev.recurrent.io.Quoted;

/** Writes tokens so that each fits into a line. */
final class Escapes {
  private Escapes() {}

  /** Writes line feed, carriage return and backslash as {@code \n}, {@code \r} and {@code \\}. */
  static String escape(String token) {
    return token.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  /** Writes a space as {@code \s}, too. */
  static String escapeSpaces(String token) {
    return escape(token).replace(" ", "\\s");
  }

  /**
   * Reads what {@link #escape} or {@link #escapeSpaces} wrote.
   *
   * @throws IllegalArgumentException if there is another character behind a backslash
   */
  static String unescape(String escaped) {
    var token = new StringBuilder();
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '\\') {
        i++;
        c =
            switch (i < escaped.length() ? escaped.charAt(i) : ' ') {
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 's' -> ' ';
              case '\\' -> '\\';
              default ->
                  throw new IllegalArgumentException(
                      "expected n, r, s or \\ after each backslash, got " + Quoted.quote(escaped));
            };
      }
      token.append(c);
    }
    return token.toString();
  }
}

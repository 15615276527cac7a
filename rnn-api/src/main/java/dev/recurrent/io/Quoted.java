package dev.recurrent.io;

/** Makes text of an untrusted file fit for a one-line message. */
public final class Quoted {
  private static final int MAX_CHARACTERS = 80;

  private Quoted() {}

  /** Quotes a text, escapes what is not printable, and shortens it to 80 characters. */
  public static String quote(String text) {
    return '"' + oneLine(shorten(text)).replace("\"", "\\\"") + '"';
  }

  /** Escapes control characters, line separators and lone surrogates. */
  public static String oneLine(String text) {
    var line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(line, c));
    return line.toString();
  }

  private static void append(StringBuilder line, int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          line.append(String.format("\\u%04x", codePoint));
      default -> line.appendCodePoint(codePoint);
    }
  }

  private static String shorten(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "...";
  }
}

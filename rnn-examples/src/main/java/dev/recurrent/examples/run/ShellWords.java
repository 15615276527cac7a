package dev.recurrent.examples.run;

import java.util.regex.Pattern;

/** Words of a command that is printed for people to copy into a shell. */
public final class ShellWords {
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_@%+=:,./-]+");

  private ShellWords() {}

  /** Quotes a word where a shell would otherwise take it for something else. */
  public static String quote(Object word) {
    var text = word.toString();
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}

package dev.recurrent.examples.run;

import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/** What the environment says of the terminal's escape sequences. */
public final class Colors {
  private Colors() {}

  /** Returns none where {@code NO_COLOR} is set or the terminal is dumb, or else as it is found. */
  public static Ansi of(Map<String, String> environment) {
    return isDumb(environment) || !environment.getOrDefault("NO_COLOR", "").isEmpty()
        ? Ansi.OFF
        : Ansi.AUTO;
  }

  /** Tells whether the terminal does nothing but print, as those within editors. */
  static boolean isDumb(Map<String, String> environment) {
    return "dumb".equals(environment.get("TERM"));
  }
}

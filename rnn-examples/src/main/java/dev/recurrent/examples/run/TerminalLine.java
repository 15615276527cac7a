package dev.recurrent.examples.run;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows a progress bar in the last line of the terminal. The library's own way opens the terminal
 * through JLine, which puts the default action of the system in the place of Java's own at Ctrl-C:
 * the process would end at once, and no checkpoint would be saved.
 */
final class TerminalLine implements ProgressBarConsumer {
  private static final int USUAL_WIDTH = 80;

  private final PrintStream out;
  private final int width;

  /**
   * Prints to a terminal of so many columns, as {@code COLUMNS} says it; null where it does not.
   */
  TerminalLine(PrintStream out, @Nullable String columns) {
    this.out = out;
    width = width(columns);
  }

  @Override
  public int getMaxRenderedLength() {
    return width - 1;
  }

  @Override
  public void accept(String rendered) {
    out.print("\r" + cut(rendered));
    out.flush();
  }

  /** Keeps a line of any terminal one line: what wraps could not be overwritten. */
  private String cut(String rendered) {
    return rendered.codePointCount(0, rendered.length()) < width
        ? rendered
        : rendered.substring(0, rendered.offsetByCodePoints(0, width - 1));
  }

  @Override
  public void clear() {
    out.print("\r" + " ".repeat(width - 1) + "\r");
    out.flush();
  }

  @Override
  public void close() {
    clear();
  }

  private static int width(@Nullable String columns) {
    try {
      int given = columns == null ? 0 : Integer.parseInt(columns);
      return given <= 0 ? USUAL_WIDTH : Math.min(given, 1000); // some terminals say 0
    } catch (NumberFormatException e) {
      return USUAL_WIDTH;
    }
  }
}

package dev.recurrent.examples.run;

import dev.recurrent.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/** Writes charts as pictures. */
public final class Picture {
  private Picture() {}

  /**
   * Writes a chart as PNG, atomically. A Java without fonts or graphics libraries must not lose a
   * training run, so there a warning takes the picture's place.
   */
  public static void write(Chart<?, ?> chart, Path file) throws IOException {
    try {
      AtomicFiles.write(file, out -> ChartEncoder.saveChart(chart, out, "png"));
    } catch (RuntimeException | LinkageError | InternalError e) {
      System.getLogger("dev.recurrent")
          .log(System.Logger.Level.WARNING, "no " + file + ": Java cannot draw here: " + e);
    }
  }
}

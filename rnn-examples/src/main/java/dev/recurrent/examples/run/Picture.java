package dev.recurrent.examples.run;

import dev.recurrent.io.AtomicFiles;
import java.io.ByteArrayOutputStream;
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
      // In memory first: what draws does not say which file it could not write.
      var png = new ByteArrayOutputStream();
      ChartEncoder.saveChart(chart, png, "png");
      AtomicFiles.write(file, png.toByteArray());
    } catch (RuntimeException | LinkageError | InternalError e) {
      warn("no " + file + ": Java cannot draw here: " + e);
    }
  }

  static void warn(String message) {
    System.getLogger("dev.recurrent").log(System.Logger.Level.WARNING, message);
  }
}

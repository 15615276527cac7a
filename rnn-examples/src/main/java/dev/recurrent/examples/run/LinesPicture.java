package dev.recurrent.examples.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws lines over steps of time. A value that is not known (NaN) is a gap. */
public final class LinesPicture {
  private final String title;
  private final String steps;
  private final Map<String, List<Double>> lines = new LinkedHashMap<>();

  /**
   * Starts a picture.
   *
   * @param steps what a step is: days
   */
  public LinesPicture(String title, String steps) {
    this.title = title;
    this.steps = steps;
  }

  /** Adds the next value of a line. */
  public void add(String line, double value) {
    lines.computeIfAbsent(line, _ -> new ArrayList<>()).add(value);
  }

  /** Writes the picture as PNG. */
  public void draw(Path file) throws IOException {
    var chart =
        new XYChartBuilder()
            .width(1400)
            .height(560)
            .title(title)
            .xAxisTitle(steps)
            .theme(ChartTheme.Matlab)
            .build();
    lines.forEach((name, values) -> chart.addSeries(name, values).setMarker(SeriesMarkers.NONE));
    Picture.write(chart, file);
  }
}

package dev.recurrent.examples.context;

import dev.recurrent.examples.run.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws how often the far word is right against the words between. */
public final class ContextPicture {
  private ContextPicture() {}

  /**
   * Writes the picture as PNG, with a line for chance.
   *
   * @param gaps the words between, rising
   * @param accuracies those of the far word at each gap, by the names of their lines
   */
  public static void draw(List<Integer> gaps, Map<String, List<Double>> accuracies, Path file)
      throws IOException {
    var chart =
        new XYChartBuilder()
            .width(1000)
            .height(560)
            .title("\"i grew up in france ... i speak french\": the far word, on unseen texts")
            .xAxisTitle("words between")
            .yAxisTitle("right, %")
            .theme(ChartTheme.Matlab)
            .build();
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setXAxisLogarithmicDecadeOnly(false)
        .setYAxisMin(0.0)
        .setYAxisMax(100.0)
        .setLegendPosition(LegendPosition.OutsideE);
    accuracies.forEach(
        (name, values) ->
            chart.addSeries(name, gaps, values.stream().map(value -> 100 * value).toList()));
    chart
        .addSeries("chance", gaps, Collections.nCopies(gaps.size(), 100.0 / ContextGrammar.CLASSES))
        .setMarker(SeriesMarkers.NONE);
    Picture.write(chart, file);
  }
}

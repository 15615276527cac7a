package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.Picture;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** Draws at which tokens of the source a decoder has looked when it wrote each of its own. */
public final class AttentionPicture {
  private AttentionPicture() {}

  /**
   * Draws a matrix: the source's tokens from left to right, what was written from top to bottom.
   *
   * @param weights {@code [written][source]}, each row with the sum 1
   * @throws IllegalArgumentException if there are other weights than tokens
   */
  public static void draw(List<String> source, List<String> written, float[][] weights, Path file)
      throws IOException {
    if (weights.length != written.size()) {
      throw new IllegalArgumentException(
          "weights: expected a row for each of "
              + written.size()
              + " tokens, got "
              + weights.length);
    }
    var cells = new ArrayList<Number[]>();
    for (int t = 0; t < weights.length; t++) {
      if (weights[t].length != source.size()) {
        throw new IllegalArgumentException(
            "weights: expected one for each of "
                + source.size()
                + " tokens of the source, got "
                + weights[t].length);
      }
      for (int s = 0; s < source.size(); s++) {
        cells.add(new Number[] {s, weights.length - 1 - t, weights[t][s]}); // rows go upwards
      }
    }
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(Math.clamp(260 + 55L * source.size(), 400, 1600))
            .height(Math.clamp(220 + 38L * written.size(), 320, 1600))
            .title("Where the decoder looked")
            .xAxisTitle("source")
            .yAxisTitle("written")
            .build();
    chart.getStyler().setXAxisLabelRotation(60).setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisTickMarkSpacingHint(20).setYAxisTickMarkSpacingHint(20);
    chart.getStyler().setRangeColors(new Color[] {Color.WHITE, Color.BLUE, Color.BLACK});
    chart.getStyler().setMin(0).setMax(1);
    chart.addSeries("weight", named(source), named(written).reversed(), cells);
    Picture.write(chart, file);
  }

  /** Makes tokens that occur twice different, as the chart's axes want them. */
  private static List<String> named(List<String> tokens) {
    var names = new ArrayList<String>();
    for (var token : tokens) {
      var name = new StringBuilder(token);
      while (names.contains(name.toString())) {
        name.append('\u200b'); // is not seen
      }
      names.add(name.toString());
    }
    return names;
  }
}

package dev.recurrent.examples.gradients;

import dev.recurrent.examples.run.Picture;
import dev.recurrent.train.GradientFlow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the norms of gradients against the steps that they have gone back. */
public final class GradientPicture {
  /** What lies outside is cut off: lines that vanish and explode must fit into one picture. */
  private static final double LEAST = 1e-8;

  private static final double MOST = 1e8;

  private GradientPicture() {}

  /**
   * Writes the picture as PNG, with a logarithmic axis from 1e-8 to 1e8 at most.
   *
   * @param flows the gradients by the names of their lines
   */
  public static void draw(Map<String, GradientFlow> flows, Path file) throws IOException {
    var chart =
        new XYChartBuilder()
            .width(1000)
            .height(560)
            .title("‖dL/dh‖ of untrained layers, the loss at the last step")
            .xAxisTitle("steps back")
            .yAxisTitle("norm")
            .theme(ChartTheme.Matlab)
            .build();
    chart.getStyler().setYAxisLogarithmic(true).setLegendPosition(LegendPosition.OutsideE);
    flows.forEach(
        (name, flow) -> {
          var norms = flow.hiddenGradientNorm();
          int steps = norms.length;
          chart
              .addSeries(
                  name,
                  IntStream.range(0, steps).asDoubleStream().toArray(),
                  IntStream.range(0, steps)
                      .mapToDouble(back -> visible(norms[steps - 1 - back]))
                      .toArray())
              .setMarker(SeriesMarkers.NONE);
        });
    Picture.write(chart, file);
  }

  /** Returns NaN, which is a gap, for what the picture does not show. */
  private static double visible(double norm) {
    return norm >= LEAST && norm <= MOST ? norm : Double.NaN;
  }
}

package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.Picture;
import dev.recurrent.score.ConfusionMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** Draws which classes are taken for which: for each true class, the shares of its predictions. */
final class ConfusionPicture {
  /** More would be cells smaller than pixels. */
  private static final int MOST_CLASSES = 300;

  private ConfusionPicture() {}

  /** Draws, where there are not too many classes. */
  static void draw(ConfusionMatrix matrix, Path file) throws IOException {
    if (matrix.classes().size() > MOST_CLASSES) {
      return;
    }
    int size = Math.clamp(200 + 40L * matrix.classes().size(), 480, 1400);
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(size + 120)
            .height(size)
            .title("Share of each true class (row) that is predicted as (column)")
            .xAxisTitle("predicted")
            .yAxisTitle("true")
            .build();
    chart.getStyler().setXAxisLabelRotation(60);
    var cells = new ArrayList<Number[]>();
    for (int target = 0; target < matrix.classes().size(); target++) {
      double all = 0;
      for (int p = 0; p < matrix.classes().size(); p++) {
        all += matrix.count(p, target);
      }
      for (int p = 0; p < matrix.classes().size(); p++) {
        cells.add(new Number[] {p, target, all == 0 ? 0 : matrix.count(p, target) / all});
      }
    }
    List<String> names = matrix.classes();
    chart.addSeries("share", names, names, cells);
    Picture.write(chart, file);
  }
}

package dev.recurrent.bench.compare;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws how many times as long as ours each peer took: a point above the line is slower. */
final class RatioChart {
  private static final Map<String, Color> COLOURS =
      Map.of(
          "PyTorch", new Color(0xd62728),
          "ONNX Runtime", new Color(0x1f77b4),
          "JAX", new Color(0x9467bd),
          "DL4J", new Color(0xff7f0e),
          "ND4J", new Color(0x8c564b));

  private RatioChart() {}

  /**
   * Writes a PNG with a panel for forward passes and one for training; nothing where no peer ran.
   */
  static void write(List<Row> rows, List<String> peers, Machine machine, Path file)
      throws IOException {
    var forward = rows.stream().filter(row -> row.work().mode() == Work.Mode.FWD).toList();
    var training = rows.stream().filter(row -> row.work().mode() != Work.Mode.FWD).toList();
    int columns = Math.max(forward.size(), training.size());
    var shown = new LinkedHashMap<String, List<Row>>();
    shown.put("Forward", forward);
    shown.put("Training step (forward and backward)", training);
    var panels = new ArrayList<CategoryChart>();
    for (var panel : shown.entrySet()) {
      if (panel.getValue().stream().anyMatch(row -> row.ratioToBest().isPresent())) {
        var title = panel.getKey() + ", " + machine.processor() + ", " + machine.cores() + " cores";
        panels.add(panel(panel.getValue(), peers, title, columns));
      }
    }
    if (!panels.isEmpty()) {
      try (OutputStream out = Files.newOutputStream(file)) {
        BitmapEncoder.saveBitmap(panels, panels.size(), 1, out, BitmapEncoder.BitmapFormat.PNG);
      }
    }
  }

  private static CategoryChart panel(
      List<Row> rows, List<String> peers, String title, int columns) {
    var chart =
        new CategoryChartBuilder()
            .width(Math.max(800, 220 + 42 * columns))
            .height(620)
            .title(title)
            .xAxisTitle("cell: hidden size, batch, steps, layers if more than 1")
            .yAxisTitle("time of the peer / time of Recurrent")
            .build();
    var labels = rows.stream().map(row -> label(row.work())).toList();
    var lowest = 1.0;
    var highest = 1.0;
    var ones = chart.addSeries(Row.OURS, labels, Collections.nCopies(rows.size(), 1.0));
    ones.setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Line);
    ones.setMarker(SeriesMarkers.NONE);
    ones.setLineColor(Color.BLACK);
    for (var peer : peers) {
      var values = new ArrayList<@Nullable Double>();
      for (var row : rows) {
        var ratio = row.ratio(peer);
        values.add(ratio.isPresent() ? ratio.getAsDouble() : null);
        lowest = Math.min(lowest, ratio.orElse(1));
        highest = Math.max(highest, ratio.orElse(1));
      }
      if (values.stream().anyMatch(java.util.Objects::nonNull)) {
        var series = chart.addSeries(peer, labels, values);
        series.setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(COLOURS.getOrDefault(peer, Color.DARK_GRAY));
      }
    }
    style(chart, rows.size(), lowest, highest);
    return chart;
  }

  private static String label(Work work) {
    var what = work.mode() == Work.Mode.TEXT ? "character model" : work.cell().title();
    return what + ": " + work.shape();
  }

  private static void style(CategoryChart chart, int labels, double lowest, double highest) {
    var style = chart.getStyler();
    style.setYAxisLogarithmic(true);
    style.setYAxisMin(Math.pow(10, Math.floor(Math.log10(lowest * 0.99))));
    style.setYAxisMax(Math.pow(10, Math.ceil(Math.log10(highest * 1.01))));
    style.setXAxisLabelRotation(60);
    style.setXAxisMaxLabelCount(Math.max(2, labels));
    style.setOverlapped(true);
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setMarkerSize(9);
    style.setChartBackgroundColor(Color.WHITE);
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    style.setYAxisTickLabelsFormattingFunction(Text::number);
  }
}

package dev.recurrent.examples.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.io.AtomicFiles;
import dev.recurrent.train.EpochResult;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Keeps the loss of each update in {@code losses.csv}, written before each checkpoint, and draws it
 * at the end as {@code loss.png}, with the validation after each epoch. A run that was killed goes
 * on from its checkpoint, and the file with it: what had been written beyond is cut.
 */
public final class LossCurve implements TrainingListener {
  private static final String HEADER = "update,loss";

  /** As many points as a picture can show. */
  private static final int POINTS = 400;

  private final String unit;
  private final Path losses;
  private final Path picture;
  private final TreeMap<Long, Double> lossOfUpdate = new TreeMap<>();
  private final List<Update> unread = new ArrayList<>();
  private boolean read;

  /**
   * Draws into the folder of a run.
   *
   * @param unit of the loss: nats a character
   */
  public LossCurve(Path folder, String unit) {
    this.unit = unit;
    losses = folder.resolve("losses.csv");
    picture = folder.resolve("loss.png");
  }

  @Override
  public void updated(Update update) {
    if (!read) {
      read = true;
      readBefore(update.update());
    }
    unread.add(update);
  }

  @Override
  public void checkpointing(Path file) {
    readLosses();
    if (lossOfUpdate.isEmpty()) {
      return; // a resumed run has made no update yet: what is in the file stands
    }
    var text = new StringBuilder(HEADER).append('\n');
    lossOfUpdate.forEach(
        (update, loss) -> text.append(update).append(',').append(loss.floatValue()).append('\n'));
    try {
      AtomicFiles.write(losses, text.toString().getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void ended(TrainingResult result) {
    readLosses();
    if (lossOfUpdate.isEmpty()) {
      readBefore(Long.MAX_VALUE);
    }
    if (lossOfUpdate.isEmpty()) {
      return;
    }
    try {
      Picture.write(chart(result.epochs()), picture);
    } catch (IOException e) {
      Picture.warn(e.getMessage() + "; the curve is drawn again where the run is resumed");
    }
  }

  /** Asks for all losses together: on a device each question waits. */
  private void readLosses() {
    unread.forEach(update -> lossOfUpdate.put(update.update(), update.loss()));
    unread.clear();
  }

  /** Takes over what an earlier part of the run has written, up to where this part begins. */
  private void readBefore(long update) {
    if (Files.notExists(losses)) {
      return;
    }
    try (var lines = Files.lines(losses)) {
      lines
          .skip(1)
          .map(line -> line.split(",", -1))
          .filter(cells -> cells.length == 2)
          .forEach(cells -> lossOfUpdate.put(Long.valueOf(cells[0]), Double.valueOf(cells[1])));
      lossOfUpdate.tailMap(update).clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NumberFormatException e) {
      lossOfUpdate.clear(); // a damaged file costs the begin of the curve, no more
    }
  }

  private XYChart chart(List<EpochResult> epochs) {
    var chart =
        new XYChartBuilder()
            .width(900)
            .height(560)
            .title("Loss")
            .xAxisTitle("updates")
            .yAxisTitle(unit)
            .theme(ChartTheme.Matlab)
            .build();
    long first = lossOfUpdate.firstKey();
    long bucket = Math.max(1, Math.ceilDiv(lossOfUpdate.lastKey() - first + 1, POINTS));
    var sums = new TreeMap<Long, double[]>();
    lossOfUpdate.forEach(
        (update, loss) -> {
          var sum = sums.computeIfAbsent((update - first) / bucket, _ -> new double[3]);
          sum[0] += update;
          sum[1] += loss;
          sum[2]++;
        });
    chart
        .addSeries(
            "training",
            sums.values().stream().mapToDouble(sum -> sum[0] / sum[2]).toArray(),
            sums.values().stream().mapToDouble(sum -> sum[1] / sum[2]).toArray())
        .setMarker(SeriesMarkers.NONE);
    if (!epochs.isEmpty()) {
      chart
          .addSeries(
              "validation",
              epochs.stream().mapToDouble(EpochResult::updates).toArray(),
              epochs.stream().mapToDouble(EpochResult::validation).toArray())
          .setMarker(SeriesMarkers.CIRCLE);
    }
    return chart;
  }
}

package dev.recurrent.examples.run;

import dev.recurrent.train.EpochResult;
import dev.recurrent.train.TrainingListener;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how training goes: a line for each epoch, and on a terminal a bar with loss, speed and time
 * left; elsewhere lines now and then.
 */
public final class TrainingProgress implements TrainingListener, AutoCloseable {
  private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long BAR_NANOS = Duration.ofMillis(250).toNanos();

  /** The weight of the past in the loss and the speed that are shown. */
  private static final double SMOOTHING = 0.95;

  private final PrintWriter out;
  private final int epochs;
  private final String unit;
  private final boolean terminal = isTerminal();
  private final List<Update> unread = new ArrayList<>(); // whose loss is not in `loss` yet
  private @Nullable ProgressBar bar;
  private double loss = Double.NaN;
  private double secondsPerUpdate = Double.NaN;
  private long before;
  private long shown;

  /**
   * Starts to show.
   *
   * @param epochs the number of epochs of the run
   * @param unit what a target is, in the plural: characters
   */
  public TrainingProgress(PrintWriter out, int epochs, String unit) {
    this.out = out;
    this.epochs = epochs;
    this.unit = unit;
  }

  @Override
  public void updated(Update update) {
    long now = System.nanoTime();
    if (before == 0) {
      shown = now;
      open(update);
    } else {
      secondsPerUpdate = smooth(secondsPerUpdate, (now - before) * 1e-9);
    }
    before = now;
    unread.add(update);
    if (bar != null) {
      bar.stepTo(update.updateOfEpoch());
    }
    if (now - shown >= (bar != null ? BAR_NANOS : LINE_NANOS)) {
      shown = now;
      show(update);
    }
  }

  private void show(Update update) {
    unread.forEach(past -> loss = smooth(loss, past.loss()));
    unread.clear();
    long left = update.updatesPerEpoch() * (epochs - update.epoch() + 1L) - update.updateOfEpoch();
    var text =
        Numbers.format(
            "loss %.3f, %,.0f %s/s, %s left",
            loss,
            update.targets() / secondsPerUpdate,
            unit,
            Numbers.clock(left * secondsPerUpdate));
    if (bar != null) {
      bar.setExtraMessage(" " + text);
    } else {
      double share = 100.0 * update.updateOfEpoch() / update.updatesPerEpoch();
      out.println(Numbers.format("  epoch %d, %2.0f %%: %s", update.epoch(), share, text));
    }
  }

  private static double smooth(double past, double now) {
    return Double.isNaN(past) ? now : SMOOTHING * past + (1 - SMOOTHING) * now;
  }

  private void open(Update update) {
    if (terminal) {
      var utf8 = Charset.defaultCharset().equals(StandardCharsets.UTF_8);
      bar =
          new ProgressBarBuilder()
              .setTaskName("epoch " + update.epoch() + "/" + epochs)
              .setInitialMax(update.updatesPerEpoch())
              .startsFrom(update.updateOfEpoch(), Duration.ZERO)
              .setStyle(utf8 ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(250)
              .setConsumer(new TerminalLine(System.err, System.getenv("COLUMNS")))
              .hideEta()
              .clearDisplayOnFinish()
              .build();
    }
  }

  @Override
  public void epochEnded(EpochResult result) {
    finishBar();
    before = 0; // validation is not time of an update
    out.println(
        Numbers.format(
            "epoch %d: %.1f s, %.0f %s/s, train %.4f, validation %.4f%s",
            result.epoch(),
            result.seconds(),
            result.targets() / result.seconds(),
            unit,
            result.trainingLoss(),
            result.validation(),
            measures(result)));
  }

  /** Writes what else was measured on the validation data: {@code , perplexity 96.6000}. */
  public static String measures(EpochResult result) {
    var text = new StringBuilder();
    result
        .measures()
        .forEach((name, value) -> text.append(Numbers.format(", %s %.4f", name, value)));
    return text.toString();
  }

  @Override
  public void close() {
    finishBar();
  }

  /** Removes the bar. */
  public void finishBar() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @SuppressWarnings("SystemConsoleNull") // Java 25 returns null again where there is no terminal
  private static boolean isTerminal() {
    var console = System.console();
    return console != null && console.isTerminal() && !Colors.isDumb(System.getenv());
  }
}

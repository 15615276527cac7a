package dev.recurrent.examples;

import dev.recurrent.train.EpochResult;
import dev.recurrent.train.TrainingListener;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how training goes: a line for each epoch, and on a terminal a bar with loss, characters a
 * second and time left; elsewhere lines now and then.
 */
final class TrainingProgress implements TrainingListener, AutoCloseable {
  private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long BAR_NANOS = Duration.ofMillis(250).toNanos();

  /** The weight of the past in the loss that is shown. */
  private static final double SMOOTHING = 0.95;

  private final PrintWriter out;
  private final int epochs;
  private final boolean terminal = isTerminal();
  private @Nullable ProgressBar bar;
  private double loss = Double.NaN;
  private long started;
  private long shown;
  private long firstUpdate;
  private double characters; // of this part of the epoch, after its first update

  TrainingProgress(PrintWriter out, int epochs) {
    this.out = out;
    this.epochs = epochs;
  }

  @Override
  public void updated(Update update) {
    long now = System.nanoTime();
    if (started == 0) {
      // The first update has the compilation of kernels in it, so time begins behind it.
      started = now;
      shown = now;
      firstUpdate = update.updateOfEpoch();
      characters = 0;
      open(update);
      return;
    }
    characters += update.targets();
    loss = Double.isNaN(loss) ? update.loss() : SMOOTHING * loss + (1 - SMOOTHING) * update.loss();
    if (bar != null) {
      bar.stepTo(update.updateOfEpoch());
    }
    if (now - shown >= (bar != null ? BAR_NANOS : LINE_NANOS)) {
      shown = now;
      show(update, (now - started) * 1e-9);
    }
  }

  private void show(Update update, double seconds) {
    long left = update.updatesPerEpoch() * (epochs - update.epoch() + 1L) - update.updateOfEpoch();
    var text =
        Numbers.format(
            "loss %.3f, %,.0f characters/s, %s left",
            loss,
            characters / seconds,
            Numbers.clock(left * seconds / (update.updateOfEpoch() - firstUpdate)));
    if (bar != null) {
      bar.setExtraMessage(" " + text);
    } else {
      double share = 100.0 * update.updateOfEpoch() / update.updatesPerEpoch();
      out.println(Numbers.format("  epoch %d, %2.0f %%: %s", update.epoch(), share, text));
    }
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
              .hideEta()
              .clearDisplayOnFinish()
              .build();
    }
  }

  @Override
  public void epochEnded(EpochResult result) {
    finishBar();
    started = 0;
    out.println(
        Numbers.format(
            "epoch %d: %.1f s, %.0f characters/s, train %.4f, validation %.4f",
            result.epoch(),
            result.seconds(),
            result.targets() / result.seconds(),
            result.trainingLoss(),
            result.validation()));
  }

  @Override
  public void close() {
    finishBar();
  }

  /** Removes the bar. */
  void finishBar() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @SuppressWarnings("SystemConsoleNull") // Java 25 returns null again where there is no terminal
  private static boolean isTerminal() {
    var console = System.console();
    return console != null && console.isTerminal();
  }
}

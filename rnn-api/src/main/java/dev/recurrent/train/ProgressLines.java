package dev.recurrent.train;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Prints a line for each epoch, such as {@code epoch 3 of 10: loss 1.2345, perplexity 3.4000, 12.3
 * s}: the mean training loss, the metrics of the validation if there is one, the time that training
 * took. Numbers have a point on any machine.
 */
public final class ProgressLines implements TrainingListener {
  private final PrintStream out;
  private String epochs = "";
  private String metric = "";

  /** Prints to a stream, which stays open. */
  public ProgressLines(PrintStream out) {
    this.out = out;
  }

  @Override
  public void started(Training training, Budget budget) {
    epochs = budget.epochs() == Integer.MAX_VALUE ? "" : " of " + budget.epochs();
    metric = training.validation == null ? "" : training.validation.metric().name();
  }

  private static String named(String name, double value) {
    return String.format(Locale.ROOT, ", %s %.4f", name, value);
  }

  @Override
  public void epochEnded(EpochResult result) {
    var validated = metric.isEmpty() ? "" : named(metric, result.validation());
    for (var measure : result.measures().entrySet()) {
      validated += named(measure.getKey(), measure.getValue());
    }
    out.println(
        String.format(
            Locale.ROOT,
            "epoch %d%s: loss %.4f%s, %.1f s",
            result.epoch(),
            epochs,
            result.trainingLoss(),
            validated,
            result.seconds()));
  }
}

package dev.recurrent.train;

import java.io.IOException;

/** Says where a run is: epoch, batch, window, sums since the epoch's start; all of it is saved. */
final class TrainingPosition {
  int epoch;
  int batch;
  int window;
  int pending; // windows whose gradients are not applied yet
  long updateOfEpoch;
  double epochLoss;
  double epochWeight;
  double sinceUpdateLoss;
  double sinceUpdateWeight;
  private double seconds; // until the clock was started
  private long started; // System.nanoTime() while the clock runs
  private boolean running;
  int bestEpoch;
  double bestValidation = Double.NaN;

  /** Counts the targets of a window. */
  void addTargets(double weight) {
    epochWeight += weight;
    sinceUpdateWeight += weight;
  }

  /** Adds the loss of all targets of a window, which may be known later than their number. */
  void addLoss(double loss) {
    epochLoss += loss;
    sinceUpdateLoss += loss;
  }

  /** Returns the loss since the last update, and begins anew. */
  double takeLossSinceUpdate() {
    double loss = sinceUpdateLoss;
    sinceUpdateLoss = 0;
    return loss;
  }

  /** Returns the number of validations since the best one; all where none was a number. */
  int validationsSinceBest() {
    return epoch - bestEpoch;
  }

  /** Measures the time of the epoch from here on. */
  void startClock() {
    started = System.nanoTime();
    running = true;
  }

  /** Measures no more time. */
  void stopClock() {
    seconds = seconds();
    running = false;
  }

  /** Returns the time that the epoch has taken so far. */
  double seconds() {
    return running ? seconds + (System.nanoTime() - started) * 1e-9 : seconds;
  }

  void nextEpoch() {
    epoch++;
    batch = 0;
    window = 0;
    updateOfEpoch = 0;
    epochLoss = 0;
    epochWeight = 0;
    seconds = 0;
  }

  void write(Checkpoint checkpoint) {
    checkpoint
        .put("epoch", epoch)
        .put("batch", batch)
        .put("window", window)
        .put("pending", pending)
        .put("updateOfEpoch", updateOfEpoch)
        .put("epochLoss", epochLoss)
        .put("epochWeight", epochWeight)
        .put("sinceUpdateLoss", sinceUpdateLoss)
        .put("sinceUpdateWeight", sinceUpdateWeight)
        .put("seconds", seconds())
        .put("bestEpoch", bestEpoch)
        .put("bestValidation", bestValidation);
  }

  void read(Checkpoint.Reader saved) throws IOException {
    epoch = (int) saved.number("epoch");
    batch = (int) saved.number("batch");
    window = (int) saved.number("window");
    pending = (int) saved.number("pending");
    updateOfEpoch = saved.number("updateOfEpoch");
    epochLoss = saved.real("epochLoss");
    epochWeight = saved.real("epochWeight");
    sinceUpdateLoss = saved.real("sinceUpdateLoss");
    sinceUpdateWeight = saved.real("sinceUpdateWeight");
    seconds = saved.real("seconds");
    bestEpoch = (int) saved.number("bestEpoch");
    bestValidation = saved.real("bestValidation");
  }
}

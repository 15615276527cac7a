package dev.recurrent.train;

import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the updates of a {@link TrainingRun} from the losses of its windows: way back,
 * accumulation, clipping, learning rate, optimizer; tells the listeners, and notices divergence.
 */
final class Updates implements AutoCloseable {
  /** Where losses are read late, the updates after which they are read at the latest. */
  private static final int UNREAD = 64;

  /** The losses and gradient norms of as many updates; accumulated windows are read sooner. */
  private static final int NUMBERS = 4 * UNREAD;

  private final Training setup;
  private final Budget budget;
  private final TrainingPosition at;
  private final ParameterStore store;
  private final Updater updater;
  private final GradientClipping clipping;
  private final LossScale lossScale;
  private final DeferredNumbers numbers;
  private final @Nullable LastGoodModel lastGood; // null where numbers are read at once
  private long perEpoch;
  private double learningRate;

  Updates(Training setup, Budget budget, TrainingPosition at) {
    this.setup = setup;
    this.budget = budget;
    this.at = at;
    store = setup.model.store();
    updater = new Updater(setup.optimizer, store, setup.grouping.parts(setup.optimizer));
    clipping = GradientClipping.of(setup.clip, store, setup.grouping.trained());
    lossScale = new LossScale(store.backend().precision());
    // Whether an overflow leaves an update out has to be known before the next one.
    boolean late = store.backend().isAsynchronous() && !lossScale.isEnabled();
    numbers =
        late
            ? DeferredNumbers.keep(store.backend(), NUMBERS)
            : DeferredNumbers.readAtOnce(store.backend());
    lastGood = late ? new LastGoodModel(store) : null;
  }

  /** Counts the updates of the first epoch, and keeps the model as it is before them. */
  void begin(Batches data) {
    long windows = 0;
    for (int i = 0; i < data.count(); i++) {
      windows += setup.bptt.equals(Bptt.FULL) ? 1 : setup.bptt.windows(data.steps(0, i));
    }
    perEpoch = Math.max(1, Math.ceilDiv(windows, setup.accumulate));
    if (lastGood != null) {
      lastGood.keep(made());
    }
  }

  /** Returns the number of updates made in the whole run. */
  long made() {
    return updater.steps();
  }

  /** Returns the learning rate of the last update. */
  double learningRate() {
    return learningRate;
  }

  /**
   * Adds the gradient of a window's loss, and makes an update when enough have been added.
   *
   * @param weight of the window's targets; without any there is no loss
   */
  void add(Tape tape, Tensor loss, double weight) {
    if (weight > 0) {
      tape.backward(loss, lossScale.factor());
      at.addTargets(weight);
      long update = made() + 1;
      int epoch = at.epoch + 1;
      numbers.add(
          loss.value(),
          value -> {
            requireFinite("loss", value, update, epoch);
            at.addLoss(value * weight);
          });
    }
    at.pending++;
    if (at.pending == setup.accumulate) {
      update();
    }
  }

  /** Makes an update of what is left over at the end of an epoch. */
  void endEpoch() {
    if (at.pending > 0) {
      update();
    }
    readNumbers();
    perEpoch = at.updateOfEpoch;
  }

  /** Reads the losses and norms that have not been read. */
  void readNumbers() {
    numbers.readAll();
  }

  /** Makes the model what it was before training diverged, as far as that is known. */
  void restoreLastGood() {
    if (lastGood != null) {
      lastGood.restore();
    }
  }

  private void update() {
    float divisor = at.pending * lossScale.factor();
    if (divisor != 1) {
      store.backend().ops().affine(store.gradients(), 1 / divisor, 0, store.gradients());
    }
    clipping.apply();
    double targets = at.sinceUpdateWeight;
    var measured = measure(targets);
    if (measured.overflowed) {
      store.clearGradients();
      at.pending = 0;
      return;
    }
    var progress = new Schedule.Progress(made(), total(), at.epoch);
    learningRate = setup.schedule.learningRate(setup.optimizer.learningRate(), progress);
    if (lastGood != null && made() - lastGood.updates() >= UNREAD) {
      readNumbers(); // the loss and the gradient of the parameters as they are now
      lastGood.keep(made());
    }
    updater.step(learningRate, own -> setup.schedule.learningRate(own, progress));
    store.clearGradients();
    at.pending = 0;
    at.updateOfEpoch++;
    at.sinceUpdateWeight = 0;
    report(targets, measured);
  }

  private UpdateMeasures measure(double targets) {
    long update = made() + 1;
    int epoch = at.epoch + 1;
    var measured = new UpdateMeasures(numbers);
    numbers.add(
        clipping.norm(),
        norm -> {
          measured.overflowed = lossScale.overflowed(norm);
          if (!measured.overflowed) {
            requireFinite("gradient norm", norm, update, epoch);
            measured.set(targets > 0 ? at.takeLossSinceUpdate() / targets : 0, norm);
          }
        });
    return measured;
  }

  private void report(double targets, UpdateMeasures measured) {
    var report =
        new TrainingListener.Update(
            at.epoch + 1,
            made(),
            Math.max(perEpoch, at.updateOfEpoch),
            at.updateOfEpoch,
            learningRate,
            targets,
            measured);
    setup.listeners.forEach(listener -> listener.updated(report));
  }

  /** Returns the number of updates of the whole run, as far as it is known. */
  private long total() {
    long epochs = budget.epochs();
    long all = perEpoch > Long.MAX_VALUE / epochs ? Long.MAX_VALUE : perEpoch * epochs;
    return Math.min(budget.updates(), all);
  }

  private void requireFinite(String what, double value, long update, int epoch) {
    if (!Double.isFinite(value)) {
      throw new DivergedException(
          what
              + ": expected a finite number, got "
              + value
              + " at update "
              + update
              + " of epoch "
              + epoch
              + "; the model is as "
              + (lastGood == null ? "before it" : "after update " + lastGood.updates())
              + (update == 1
                  ? ". No update was made before: look at the size of inputs and targets, the first"
                      + " values and the loss"
                  : ". Try a smaller learning rate or a lower clipping limit"));
    }
  }

  void write(Checkpoint checkpoint) {
    checkpoint
        .parameters(store, at.pending > 0)
        .moments(updater.save())
        .put("updates", made())
        .put("learningRate", learningRate);
    lossScale.write(checkpoint);
  }

  void read(Checkpoint.Reader saved) throws IOException {
    lossScale.read(saved);
    learningRate = saved.real("learningRate");
    updater.restore(saved.moments(), saved.number("updates"));
    saved.parameters(store);
  }

  @Override
  public void close() {
    updater.close();
    clipping.close();
    numbers.close();
    if (lastGood != null) {
      lastGood.close();
    }
  }
}

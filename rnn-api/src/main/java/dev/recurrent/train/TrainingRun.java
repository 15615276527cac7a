package dev.recurrent.train;

import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a {@link Training} once. Every field that changes is in the checkpoint. */
final class TrainingRun implements AutoCloseable {
  private static final String SCHEDULE = "schedule.";

  /** Where losses are read late, the updates after which they are read at the latest. */
  private static final int UPDATES_UNREAD = 64;

  /** The losses and gradient norms of as many updates; accumulated windows are read sooner. */
  private static final int NUMBERS = 4 * UPDATES_UNREAD;

  private final Training setup;
  private final LossFunction loss;
  private final Batches data;
  private final Budget budget;
  private final ParameterStore store;
  private final Tape tape;
  private final Updater updater;
  private final GradientClipping clipping;
  private final LossScale lossScale;
  private final DeferredNumbers numbers;
  private final @Nullable LastGoodModel lastGood; // null where numbers are read at once
  private final RecurrentState state = new RecurrentState();
  private final List<EpochResult> history = new ArrayList<>();
  private final TrainingPosition at = new TrainingPosition();
  private long updatesPerEpoch;
  private long lastCheckpoint = System.nanoTime();
  private long epochStarted = System.nanoTime();
  private double learningRate;

  TrainingRun(Training setup, LossFunction loss, Batches data, Budget budget) {
    this.setup = setup;
    this.loss = loss;
    this.data = data;
    this.budget = budget;
    store = setup.model.store();
    tape = Tape.training(store.backend(), setup.seed);
    updater = new Updater(setup.optimizer, store, setup.parts());
    clipping = GradientClipping.of(setup.clip, store, setup.trained());
    lossScale = new LossScale(store.backend().precision());
    // Whether an overflow leaves an update out has to be known before the next one.
    boolean late = store.backend().isAsynchronous() && !lossScale.isEnabled();
    numbers =
        late
            ? DeferredNumbers.keep(store.backend(), NUMBERS)
            : DeferredNumbers.readAtOnce(store.backend());
    lastGood = late ? new LastGoodModel(store) : null;
  }

  TrainingResult run() throws IOException {
    if (setup.checkpointFolder != null) {
      Files.createDirectories(setup.checkpointFolder);
    }
    store.clearGradients();
    if (setup.resumeFolder != null) {
      resume(setup.resumeFolder.resolve(Checkpoint.FILE));
    }
    if (lastGood != null) {
      lastGood.keep(updater.steps());
    }
    updatesPerEpoch = updatesPerEpoch();
    setup.listeners.forEach(listener -> listener.started(setup, budget));
    boolean wholeEpochs;
    try {
      wholeEpochs = trainEpochs();
    } catch (DivergedException e) {
      if (lastGood != null) {
        lastGood.restore();
      }
      throw e;
    }
    var ending = ending(wholeEpochs);
    if (!wholeEpochs && ending != TrainingResult.Ending.STOPPED) {
      endPartOfEpoch();
    }
    var result =
        new TrainingResult(history, updater.steps(), ending, at.bestEpoch, at.bestValidation);
    setup.listeners.forEach(listener -> listener.ended(result));
    return result;
  }

  /** Trains to the end; false means that it is within an epoch. */
  private boolean trainEpochs() throws IOException {
    boolean wholeEpochs = true;
    while (wholeEpochs
        && at.epoch < budget.epochs()
        && updater.steps() < budget.updates()
        && !outOfPatience()) {
      epochStarted = System.nanoTime();
      wholeEpochs = trainEpoch();
      if (wholeEpochs) {
        endEpoch();
      }
    }
    return wholeEpochs;
  }

  private TrainingResult.Ending ending(boolean wholeEpochs) {
    if (setup.stopRequested() && !wholeEpochs) {
      return TrainingResult.Ending.STOPPED;
    }
    return wholeEpochs && outOfPatience()
        ? TrainingResult.Ending.STOPPED_EARLY
        : TrainingResult.Ending.COMPLETED;
  }

  private boolean outOfPatience() {
    return at.validationsSinceBest() > setup.patience;
  }

  /** Trains to the epoch's end; false means that it ended before, and a checkpoint was written. */
  private boolean trainEpoch() throws IOException {
    for (; at.batch < data.count(); at.batch++) {
      var batch = data.batch(at.epoch, at.batch);
      if (at.window == 0) {
        startBatch(batch);
      }
      int windows = setup.bptt.windows(batch.steps());
      while (at.window < windows) {
        trainWindow(batch);
        at.window++;
        boolean last = at.window == windows && at.batch + 1 == data.count();
        if (setup.stopRequested() || (updater.steps() >= budget.updates() && !last)) {
          checkpoint();
          return false;
        }
        if (System.nanoTime() - lastCheckpoint > setup.checkpointInterval.toNanos()) {
          checkpoint();
        }
      }
      at.window = 0;
    }
    return true;
  }

  private void startBatch(Batch batch) {
    if (at.batch == 0 || !data.carriesState()) {
      if (state.batch() == batch.inputs().batch()) {
        state.reset();
      } else {
        state.forget();
      }
    }
  }

  private void trainWindow(Batch batch) {
    double weight = batch.window(setup.bptt.window(at.window, batch.steps())).targetWeight();
    tape.reset(Mode.TRAINING, seed());
    var tensor = setup.bptt.loss(tape, loss, new Bptt.BatchWindow(batch, at.window), state);
    if (weight > 0) {
      tape.backward(tensor, lossScale.factor());
      at.addTargets(weight);
      long update = updater.steps() + 1;
      int epoch = at.epoch + 1;
      numbers.add(
          tensor.value(),
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

  private void update() {
    float divisor = at.pending * lossScale.factor();
    if (divisor != 1) {
      store.backend().ops().affine(store.gradients(), 1 / divisor, 0, store.gradients());
    }
    clipping.apply();
    double targets = at.sinceUpdateWeight;
    long update = updater.steps() + 1;
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
    if (measured.overflowed) {
      store.clearGradients();
      at.pending = 0;
      return;
    }
    long total = Math.min(budget.updates(), saturatingProduct(updatesPerEpoch, budget.epochs()));
    learningRate =
        setup.schedule.learningRate(
            setup.optimizer.learningRate(),
            new Schedule.Progress(updater.steps(), total, at.epoch));
    updater.step(learningRate);
    store.clearGradients();
    at.pending = 0;
    at.updateOfEpoch++;
    var report =
        new TrainingListener.Update(
            at.epoch + 1,
            updater.steps(),
            Math.max(updatesPerEpoch, at.updateOfEpoch),
            at.updateOfEpoch,
            learningRate,
            targets,
            measured);
    at.sinceUpdateWeight = 0;
    setup.listeners.forEach(listener -> listener.updated(report));
    if (lastGood != null && updater.steps() - lastGood.updates() >= UPDATES_UNREAD) {
      numbers.readAll();
      lastGood.keep(updater.steps());
    }
  }

  private void endEpoch() throws IOException {
    if (at.pending > 0) {
      update();
    }
    numbers.readAll();
    at.seconds += (System.nanoTime() - epochStarted) * 1e-9;
    double value = validate();
    if (setup.validation != null) {
      boolean maximize = setup.validation.metric().goal() == Metric.Goal.MAXIMIZE;
      setup.schedule.validated(maximize ? -value : value);
    }
    var result = epochResult(value);
    history.add(result);
    updatesPerEpoch = at.updateOfEpoch;
    at.nextEpoch();
    checkpoint();
    setup.listeners.forEach(listener -> listener.epochEnded(result));
  }

  /** Validates where the budget of updates ends; the checkpoint stays that of within the epoch. */
  private void endPartOfEpoch() throws IOException {
    numbers.readAll();
    at.seconds += (System.nanoTime() - epochStarted) * 1e-9;
    var result = epochResult(validate());
    history.add(result);
    setup.listeners.forEach(listener -> listener.epochEnded(result));
  }

  private EpochResult epochResult(double value) {
    return new EpochResult(
        at.epoch + 1,
        updater.steps(),
        at.epochWeight > 0 ? at.epochLoss / at.epochWeight : 0,
        value,
        learningRate,
        at.seconds,
        at.epochWeight);
  }

  /** Measures the metric, and keeps the model if it is the best one so far. */
  private double validate() throws IOException {
    var validation = setup.validation;
    if (validation == null) {
      return Double.NaN;
    }
    double value = Metrics.evaluate(tape, validation.data(), validation.metric(), loss);
    boolean maximize = validation.metric().goal() == Metric.Goal.MAXIMIZE;
    boolean better =
        at.bestEpoch == 0 || (maximize ? value > at.bestValidation : value < at.bestValidation);
    if (better) {
      at.bestEpoch = at.epoch + 1;
      at.bestValidation = value;
      saveBest();
    }
    return value;
  }

  private void saveBest() throws IOException {
    if (setup.checkpointFolder != null) {
      setup.model.save(setup.checkpointFolder.resolve("best.safetensors"), setup.modelMetadata);
    }
  }

  private void checkpoint() throws IOException {
    lastCheckpoint = System.nanoTime();
    numbers.readAll();
    if (setup.checkpointFolder == null) {
      return;
    }
    var file = setup.checkpointFolder.resolve(Checkpoint.FILE);
    var checkpoint =
        new Checkpoint()
            .parameters(store, at.pending > 0)
            .moments(updater.save())
            .states(state.save())
            .put("optimizer", setup.optimizer.name())
            .put("updates", updater.steps())
            .put("bptt", setup.bptt)
            .put("accumulate", setup.accumulate)
            .put("data", data.fingerprint())
            .put("seed", setup.seed)
            .put("frozen", frozen())
            .put("precision", store.backend().precision())
            .put("learningRate", learningRate);
    long unfinished = at.batch == 0 && at.window == 0 ? 0 : System.nanoTime() - epochStarted;
    at.write(checkpoint, at.seconds + unfinished * 1e-9);
    lossScale.write(checkpoint);
    setup.schedule.save().forEach((key, value) -> checkpoint.put(SCHEDULE + key, value));
    checkpoint.put("history", String.join("\n", history.stream().map(EpochResult::toCsv).toList()));
    checkpoint.write(file);
    setup.listeners.forEach(listener -> listener.checkpointed(file));
  }

  private void resume(Path file) throws IOException {
    var saved = Checkpoint.read(file);
    saved.require("optimizer", setup.optimizer.name());
    saved.require("bptt", setup.bptt);
    saved.require("accumulate", setup.accumulate);
    saved.require("data", data.fingerprint());
    saved.require("seed", setup.seed);
    saved.require("frozen", frozen());
    saved.require("precision", store.backend().precision());
    at.read(saved);
    lossScale.read(saved);
    learningRate = saved.real("learningRate");
    saved.text("history").lines().map(EpochResult::ofCsv).forEach(history::add);
    state.restore(saved.states());
    setup.schedule.restore(saved.reals(SCHEDULE));
    updater.restore(saved.moments(), saved.number("updates"));
    saved.parameters(store);
  }

  private List<String> frozen() {
    return setup.frozen.stream().map(Parameter::name).sorted().toList();
  }

  private long seed() {
    return RandomBits.mix(RandomBits.mix(setup.seed, updater.steps()), at.pending);
  }

  /** Counts the updates of the first epoch, which takes a look at its batches. */
  private long updatesPerEpoch() {
    long windows = 0;
    for (int i = 0; i < data.count(); i++) {
      windows += setup.bptt.equals(Bptt.FULL) ? 1 : setup.bptt.windows(data.batch(0, i).steps());
    }
    return Math.max(1, Math.ceilDiv(windows, setup.accumulate));
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
              + ". Try a smaller learning rate or a lower clipping limit");
    }
  }

  private static long saturatingProduct(long a, long b) {
    return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }

  @Override
  public void close() {
    tape.close();
    updater.close();
    clipping.close();
    numbers.close();
    if (lastGood != null) {
      lastGood.close();
    }
    state.close();
  }
}

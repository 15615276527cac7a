package dev.recurrent.train;

import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Runs a {@link Training} once: epochs, their batches, the windows of those, and checkpoints.
 * {@link Updates} makes the updates, {@link EpochHistory} validates, {@link TrainingPosition} says
 * how far all is; every field of theirs that changes is in the checkpoint.
 */
final class TrainingRun implements AutoCloseable {
  private static final String SCHEDULE = "schedule.";

  private final Training setup;
  private final LossFunction loss;
  private final Batches data;
  private final Budget budget;
  private final ParameterStore store;
  private final Tape tape;
  private final RecurrentState state = new RecurrentState();
  private final TrainingPosition at = new TrainingPosition();
  private final Updates updates;
  private final EpochHistory history;
  private long lastCheckpoint = System.nanoTime();
  private boolean hasCheckpoint;
  private long safeUpdates; // those in the last checkpoint

  TrainingRun(Training setup, LossFunction loss, Batches data, Budget budget) {
    this.setup = setup;
    this.loss = loss;
    this.data = data;
    this.budget = budget;
    store = setup.model.store();
    tape = Tape.training(store.backend(), setup.seed);
    updates = new Updates(setup, budget, at);
    history = new EpochHistory(setup, at);
  }

  TrainingResult run() throws IOException {
    if (setup.checkpointFolder != null) {
      Files.createDirectories(setup.checkpointFolder);
    }
    store.clearGradients();
    if (setup.resumeFolder != null) {
      resume(setup.resumeFolder.resolve(Checkpoint.FILE));
    }
    updates.begin(data);
    if (setup.validation != null) {
      requireFinite(setup.validation.data());
    }
    setup.listeners.forEach(listener -> listener.started(setup, budget));
    boolean wholeEpochs;
    try {
      wholeEpochs = trainEpochs();
    } catch (DivergedException e) {
      updates.restoreLastGood();
      throw e;
    }
    var ending = ending(wholeEpochs);
    if (!wholeEpochs && ending != TrainingResult.Ending.STOPPED) {
      endPartOfEpoch();
    }
    if (setup.restoreBest && ending != TrainingResult.Ending.STOPPED) {
      history.restoreBest();
    }
    var result =
        new TrainingResult(
            history.results(), updates.made(), ending, at.bestEpoch, at.bestValidation);
    setup.listeners.forEach(listener -> listener.ended(result));
    return result;
  }

  private static void requireFinite(Batches data) {
    for (int i = 0; i < data.count(); i++) {
      data.batch(0, i).requireFinite("validation batch " + (i + 1));
    }
  }

  /** Trains to the end; false means that it is within an epoch. */
  private boolean trainEpochs() throws IOException {
    boolean wholeEpochs = true;
    while (wholeEpochs && !isOver()) {
      at.startClock();
      wholeEpochs = trainEpoch();
      if (wholeEpochs) {
        endEpoch();
      }
    }
    return wholeEpochs;
  }

  /** Tells whether no further epoch is to begin. */
  private boolean isOver() {
    return at.epoch >= budget.epochs() || updates.made() >= budget.updates() || outOfPatience();
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
      batch.requireFinite("batch " + (at.batch + 1) + " of epoch " + (at.epoch + 1));
      if (at.window == 0) {
        startBatch(batch);
      }
      int windows = setup.bptt.windows(batch.steps());
      while (at.window < windows) {
        trainWindow(batch);
        requireStateUsed(batch);
        at.window++;
        boolean last = at.window == windows && at.batch + 1 == data.count();
        if (setup.stopRequested() || (updates.made() >= budget.updates() && !last)) {
          checkpoint();
          return false;
        }
        if (System.nanoTime() - lastCheckpoint > setup.checkpointInterval().toNanos()) {
          tryCheckpoint();
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
    double weight = batch.targetWeight(setup.bptt.window(at.window, batch.steps()));
    tape.reset(Mode.TRAINING, seed());
    var tensor = setup.bptt.loss(tape, loss, new Bptt.BatchWindow(batch, at.window), state);
    updates.add(tape, tensor, weight);
  }

  /** Refuses a loss that starts every window anew, though it has recurrent layers. */
  private void requireStateUsed(Batch batch) {
    int next = at.window + 1;
    boolean goesOn =
        next < setup.bptt.windows(batch.steps())
            && setup.bptt.window(next, batch.steps()).from() > 0;
    if (goesOn && state.batch() < 0 && setup.model.holds(Recurrent.class)) {
      throw new IllegalStateException(
          "truncatedBptt: expected a loss that runs the recurrent layers with the state that it is"
              + " given, got one that starts each window at zero; use recurrent.on(tape, x, state),"
              + " or leave truncatedBptt(…) out");
    }
  }

  /** Returns the seed of the next window's random masks. */
  private long seed() {
    return RandomBits.mix(RandomBits.mix(setup.seed, updates.made()), at.pending);
  }

  private void endEpoch() throws IOException {
    updates.endEpoch();
    if (at.epochWeight == 0) {
      throw new IllegalArgumentException(
          "data: expected targets that count, got none in epoch " + (at.epoch + 1));
    }
    at.stopClock();
    var result = addToHistory();
    if (setup.validation != null) {
      setup.schedule.validated(setup.validation.cost(result.validation()));
    }
    at.nextEpoch();
    setup.listeners.forEach(listener -> listener.epochEnded(result));
    if (isOver()) {
      checkpoint();
    } else {
      tryCheckpoint();
    }
  }

  /** Validates where the budget of updates ends; the checkpoint stays that of within the epoch. */
  private void endPartOfEpoch() throws IOException {
    updates.readNumbers();
    at.stopClock();
    var result = addToHistory();
    setup.listeners.forEach(listener -> listener.epochEnded(result));
  }

  private EpochResult addToHistory() throws IOException {
    try {
      return history.add(tape, loss, updates);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  /** Writes a checkpoint that is not the run's last one: where that fails, the run goes on. */
  private void tryCheckpoint() throws IOException {
    try {
      checkpoint();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      System.getLogger("dev.recurrent")
          .log(
              System.Logger.Level.WARNING,
              e.getMessage() + "; the run goes on, and the next checkpoint is tried as usual");
    }
  }

  private void checkpoint() throws IOException {
    lastCheckpoint = System.nanoTime();
    updates.readNumbers();
    if (setup.checkpointFolder == null) {
      return;
    }
    var file = setup.checkpointFolder.resolve(Checkpoint.FILE);
    var checkpoint = new Checkpoint().states(state.save());
    decisions().forEach(checkpoint::put);
    settings().forEach(checkpoint::put);
    at.write(checkpoint);
    updates.write(checkpoint);
    history.write(checkpoint);
    setup.schedule.save().forEach((key, value) -> checkpoint.put(SCHEDULE + key, value));
    try {
      setup.listeners.forEach(listener -> listener.checkpointing(file));
      checkpoint.write(file);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (UncheckedIOException e) {
      throw unwritten(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw unwritten(e);
    }
    hasCheckpoint = true;
    safeUpdates = updates.made();
    setup.listeners.forEach(listener -> listener.checkpointed(file));
  }

  /** Says which file could not be written, and what of the run is safe. */
  private IOException unwritten(IOException cause) {
    var folder = setup.checkpointFolder;
    var message = String.valueOf(cause.getMessage());
    return new IOException(
        (message.contains(String.valueOf(folder)) ? message : folder + ": " + message)
            + (hasCheckpoint
                ? "; %s is whole and holds the run up to update %d: resuming goes on there"
                    .formatted(Checkpoint.FILE, safeUpdates)
                : "; no checkpoint has been written yet"),
        cause);
  }

  private void resume(Path file) throws IOException {
    var saved = Checkpoint.read(file);
    hasCheckpoint = true;
    for (var decision : decisions().entrySet()) {
      saved.require(decision.getKey(), decision.getValue());
    }
    for (var setting : settings().entrySet()) {
      saved.requireIfSaid(setting.getKey(), setting.getValue());
    }
    at.read(saved);
    history.read(saved);
    state.restore(saved.states());
    setup.schedule.restore(saved.reals(SCHEDULE));
    updates.read(saved);
    safeUpdates = updates.made();
    history.requireBest(file.resolveSibling(EpochHistory.BEST));
  }

  /** Returns what a resumed run must have in common with the one that wrote the checkpoint. */
  private Map<String, Object> decisions() {
    var decisions = new LinkedHashMap<String, Object>();
    decisions.put("optimizer", setup.optimizer.name());
    decisions.put("bptt", setup.bptt);
    decisions.put("accumulate", setup.accumulate);
    decisions.put("data", data.fingerprint());
    decisions.put("seed", setup.seed);
    decisions.put("frozen", setup.grouping.frozen());
    decisions.put("precision", store.backend().precision());
    return decisions;
  }

  /** Returns more of that kind, which checkpoints of earlier versions do not hold. */
  private Map<String, Object> settings() {
    var settings = new LinkedHashMap<String, Object>();
    settings.put("optimizerSettings", describe(setup.optimizer));
    settings.put("clipping", setup.clip);
    settings.put("groups", setup.grouping);
    var schedule = setup.schedule.description();
    if (!schedule.isEmpty()) {
      settings.put("schedule", schedule);
    }
    return settings;
  }

  /** Describes an optimizer with its settings, as far as they are known. */
  private static String describe(Optimizer optimizer) {
    var text = optimizer.toString();
    boolean says = !text.equals(Objects.toIdentityString(optimizer));
    return says ? text : optimizer.name() + "[learningRate=" + optimizer.learningRate() + "]";
  }

  @Override
  public void close() {
    tape.close();
    updates.close();
    state.close();
  }
}

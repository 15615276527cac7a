package dev.recurrent.train;

import dev.recurrent.layer.Layer;
import dev.recurrent.score.Goal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model: truncated back-propagation through time, clipping, schedule, validation,
 * checkpoints.
 *
 * <pre>{@code
 * var training = Training.of(model)
 *     .loss((tape, batch, state) ->
 *         crossEntropy(model.logits(tape, batch.inputs(), state), batch.targets()))
 *     .optimizer(Adam.withLearningRate(2e-3))
 *     .clipGradientNorm(5)
 *     .truncatedBptt(64)
 *     .validateOn(validation, Metrics.BITS_PER_CHARACTER)
 *     .checkpointTo(folder)
 *     .listener(new ProgressLines(System.err));
 * training.fit(text, Budget.epochs(3));
 * }</pre>
 *
 * <p>The order of calls: configure, {@link #fit} once, a second call is refused. A run that is
 * killed at any moment, and then set up in the same way with {@link #resumeFrom}, goes on from its
 * last checkpoint to the same bits as if nothing had happened; so everything random must come from
 * seeds. All methods but {@link #requestStop()} are called by one thread, to which the model
 * belongs while {@link #fit} runs: other threads compute with a {@link Layer#snapshot}.
 */
public final class Training {
  final Layer model;
  @Nullable LossFunction loss;
  Optimizer optimizer = Adam.withLearningRate(1e-3);
  Schedule schedule = Schedule.constant();
  Bptt bptt = Bptt.FULL;
  Clip clip = Clip.NONE;
  int accumulate = 1;
  long seed = 1;
  @Nullable Validation validation;
  int patience = Integer.MAX_VALUE;
  final Grouping grouping;
  @Nullable Path checkpointFolder;
  @Nullable Path resumeFolder;
  private @Nullable Duration checkpointInterval; // null for the usual one
  boolean restoreBest;
  private boolean fitted;
  Map<String, String> modelMetadata = Map.of();
  final List<TrainingListener> listeners = new ArrayList<>();
  private volatile boolean stopRequested;

  /** Says at which limits gradients are clipped; 0 for not at all. */
  record Clip(double norm, double value) {
    static final Clip NONE = new Clip(0, 0);

    Clip withNorm(double limit) {
      return new Clip(Optimizer.requirePositive("clip", limit), value);
    }

    Clip withValue(double limit) {
      return new Clip(norm, Optimizer.requirePositive("clip", limit));
    }
  }

  /** Says what is measured after each epoch: what chooses the best one, and what else. */
  record Validation(Batches data, Metric metric, List<Metric> others) {
    /** Returns a value of the metric as a number of which smaller ones are better. */
    double cost(double value) {
      return metric.goal() == Goal.MAXIMIZE ? -value : value;
    }

    /** Tells whether a value is better than the best so far; one that is no number never is. */
    boolean isBetter(double value, double best) {
      return !Double.isNaN(value) && (Double.isNaN(best) || cost(value) < cost(best));
    }
  }

  private Training(Layer model) {
    this.model = model;
    grouping = new Grouping(model);
  }

  /** Sets up the training of a model that is built. */
  public static Training of(Layer model) {
    model.store();
    return new Training(model);
  }

  /** Sets the loss; without it there is no training. */
  public Training loss(LossFunction function) {
    loss = function;
    return this;
  }

  /** Sets the optimizer; Adam with learning rate 0.001 is the default. */
  public Training optimizer(Optimizer newOptimizer) {
    optimizer = newOptimizer;
    return this;
  }

  /**
   * Leaves vectors, such as biases and the gains of a layer norm, out of the optimizer's weight
   * decay, which by default is for all parameters.
   */
  public Training decayOnlyMatrices() {
    grouping.decayOnlyMatrices();
    return this;
  }

  /** Varies the learning rate. */
  public Training schedule(Schedule newSchedule) {
    schedule = newSchedule;
    return this;
  }

  /** Clips the gradients by their norm over all parameters, before each update. */
  public Training clipGradientNorm(double limit) {
    clip = clip.withNorm(limit);
    return this;
  }

  /**
   * Cuts each element of the gradients to ±limit, before each update. Where {@link
   * #clipGradientNorm} is called too, in whatever order, elements are cut first, so that a few
   * outliers do not shrink all others; then the norm of what is left is limited.
   */
  public Training clipGradientValue(double limit) {
    clip = clip.withValue(limit);
    return this;
  }

  /**
   * Updates every {@code steps} steps of a batch, going back as far; by default once a batch. The
   * loss has to run the model with the state that it is given, which is carried from one window to
   * the next.
   */
  public Training truncatedBptt(int steps) {
    bptt = Bptt.truncated(steps);
    return this;
  }

  /** Updates every k1 steps of a batch, going back over k2. */
  public Training truncatedBptt(int k1, int k2) {
    bptt = Bptt.truncated(k1, k2);
    return this;
  }

  /** Updates with the mean gradient of so many windows or batches; fewer at an epoch's end. */
  public Training accumulateGradients(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("accumulate: expected at least 1, got " + count);
    }
    accumulate = count;
    return this;
  }

  /**
   * Measures after each epoch, and chooses the best one by the metric, whose model is kept with
   * checkpoints.
   *
   * @param others what is measured besides, for {@link EpochResult#measures}
   */
  public Training validateOn(Batches data, Metric metric, Metric... others) {
    validation = new Validation(data, metric, List.of(others));
    return this;
  }

  /**
   * Ends the run when more than {@code patience} validations in a row have brought no new best one,
   * which a value that is no number (NaN) never is. The model is then that of the last epoch,
   * unless {@link #restoreBest} says otherwise; {@code best.safetensors} holds the best.
   */
  public Training stopEarly(int newPatience) {
    if (newPatience < 0) {
      throw new IllegalArgumentException("patience: expected at least 0, got " + newPatience);
    }
    patience = newPatience;
    return this;
  }

  /**
   * Leaves the model as it was at its best validation when the run ends, also early, instead of as
   * it is after the last epoch. Not where the run was stopped to be resumed, or no validation was a
   * number.
   */
  public Training restoreBest() {
    restoreBest = true;
    return this;
  }

  /**
   * Keeps the parameters of some of the model's layers as they are: neither the optimizer nor its
   * weight decay moves them, and their gradients do not count in the norm that is clipped.
   *
   * @throws IllegalArgumentException if a layer is not one of the model
   */
  public Training freeze(Layer... layers) {
    for (var layer : layers) {
      if (!layer.isBuilt() || layer.store() != model.store()) {
        throw new IllegalArgumentException("freeze: expected layers of the model, got " + layer);
      }
    }
    for (var layer : layers) {
      grouping.freeze(layer.parameters());
    }
    return this;
  }

  /**
   * Trains some parameters of the model otherwise than the rest: at a learning rate or with a
   * weight decay of their own, or not at all. The schedule varies a group's own rate as it does the
   * optimizer's; a group's own weight decay is for all of its parameters, also with {@link
   * #decayOnlyMatrices}. A run is resumed with the same groups only.
   *
   * @throws IllegalArgumentException if a parameter is none of the model, or in a group already
   */
  public Training group(ParameterGroup group) {
    grouping.add(group);
    return this;
  }

  /**
   * Writes to a folder, which is made if it does not exist: {@code checkpoint.safetensors}, after
   * each epoch, when stopped, and in between as {@link #checkpointEvery} says; and {@code
   * best.safetensors}, the model with the best validation.
   */
  public Training checkpointTo(Path folder) {
    checkpointFolder = folder;
    return this;
  }

  /**
   * Sets the time between checkpoints within an epoch; one minute by default. Goes with {@link
   * #checkpointTo}.
   */
  public Training checkpointEvery(Duration interval) {
    checkpointInterval = interval;
    return this;
  }

  Duration checkpointInterval() {
    return checkpointInterval == null ? Duration.ofMinutes(1) : checkpointInterval;
  }

  /** Goes on from the checkpoint in a folder. */
  public Training resumeFrom(Path folder) {
    resumeFolder = folder;
    return this;
  }

  /** Adds metadata of the application, such as a vocabulary, to {@code best.safetensors}. */
  public Training modelMetadata(Map<String, String> metadata) {
    modelMetadata = Map.copyOf(metadata);
    return this;
  }

  /** Sets the seed of the random masks; 1 by default. */
  public Training seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /** Adds listeners. */
  public Training listener(TrainingListener... more) {
    listeners.addAll(List.of(more));
    return this;
  }

  /** Asks a running {@link #fit} to write a checkpoint and return soon; any thread may call it. */
  public void requestStop() {
    stopRequested = true;
  }

  boolean stopRequested() {
    return stopRequested;
  }

  /**
   * Trains until the budget is used up, a stop is requested, or {@link #stopEarly} says so.
   *
   * @throws IllegalStateException if this was called before, if the set-up cannot have the effect
   *     that was asked for, or if another thread trains or changes the model
   * @throws IllegalArgumentException if there is nothing to train on, or the data hold numbers that
   *     are not finite; it says which batch, sequence and step
   * @throws DivergedException if the loss or the gradient is no longer a finite number; it says how
   *     soon that is found
   * @throws IOException if a checkpoint cannot be written or read; an {@link
   *     InterruptedIOException} if the calling thread was interrupted before
   */
  public TrainingResult fit(Batches data, Budget budget) throws IOException {
    var function = loss;
    if (function == null) {
      throw new IllegalStateException("training: expected a loss, got none; call loss(…)");
    }
    requireEffective();
    if (data.count() < 1) {
      throw new IllegalArgumentException("data: expected at least one batch, got none");
    }
    if (validation != null && validation.data.count() < 1) {
      throw new IllegalArgumentException("validation data: expected at least one batch, got none");
    }
    if (fitted) {
      throw new IllegalStateException(
          "fit: expected one call, got a second one; make a new Training, which starts anew, or"
              + " goes on from a checkpoint with resumeFrom(…)");
    }
    try (var _ = model.store().train();
        var run = new TrainingRun(this, function, data, budget)) {
      fitted = true;
      return run.run();
    } catch (ClosedByInterruptException e) {
      var interrupted =
          new InterruptedIOException(
              "training: expected a thread that is not interrupted while a checkpoint is written or"
                  + " read, got one that is; what was written before is whole: go on with"
                  + " resumeFrom(…), and end a training with requestStop() rather than"
                  + " interrupt()");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  /** Refuses what would have no effect. */
  private void requireEffective() {
    if (validation == null) {
      requireValidation("stopEarly", patience < Integer.MAX_VALUE);
      requireValidation("restoreBest", restoreBest);
      requireValidation("schedule", schedule.needsValidation());
    }
    if (checkpointInterval != null && checkpointFolder == null) {
      throw new IllegalStateException(
          "checkpointEvery: expected a folder for checkpoints, got none; call checkpointTo(…)");
    }
    if (grouping.isAllFrozen()) {
      throw new IllegalStateException(
          "freeze: expected a parameter that is left to train, got none");
    }
  }

  private static void requireValidation(String what, boolean needed) {
    if (needed) {
      throw new IllegalStateException(
          what + ": expected validation data, got none; call validateOn(…)");
    }
  }
}

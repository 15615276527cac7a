package dev.recurrent.train;

import java.nio.file.Path;

/**
 * Is told how training goes, on the training thread; it must not change the model. What an update
 * has measured is read when it is asked for, which on a device waits for all work so far: a
 * listener that shows it asks at its own pace, and may ask for earlier updates later.
 */
public interface TrainingListener {
  /**
   * Is what is known after an update.
   *
   * @param epoch counts from 1
   * @param update counts from 1 over the whole run
   * @param updatesPerEpoch as far as it is known before the first epoch is over
   * @param updateOfEpoch counts from 1
   * @param targets the weight of the update's targets: for text, characters
   * @param measures what was measured on the device
   */
  record Update(
      int epoch,
      long update,
      long updatesPerEpoch,
      long updateOfEpoch,
      double learningRate,
      double targets,
      Measures measures) {

    /** Returns {@link Measures#loss()}. */
    public double loss() {
      return measures.loss();
    }

    /** Returns {@link Measures#gradientNorm()}. */
    public double gradientNorm() {
      return measures.gradientNorm();
    }
  }

  /**
   * Reads what an update has measured.
   *
   * <p>Both throw {@link DivergedException} where training turns out to have diverged, and {@link
   * IllegalStateException} where it failed before the numbers were read.
   */
  interface Measures {
    /** Returns the mean loss of the update's targets. */
    double loss();

    /** Returns the norm of all gradients before clipping. */
    double gradientNorm();
  }

  /** Called before the first update, with the number of epochs of the budget. */
  default void started(Training training, Budget budget) {}

  /** Called after each update. */
  default void updated(Update update) {}

  /** Called after each epoch and its validation, before the checkpoint that then follows. */
  default void epochEnded(EpochResult result) {}

  /**
   * Called before a checkpoint is written. What a listener keeps in files of its own it writes now:
   * then they are never behind the checkpoint that a killed run resumes from. They may be ahead of
   * it, and a resumed run cuts what it is about to do again. An {@link
   * java.io.UncheckedIOException} counts as a checkpoint that could not be written.
   */
  default void checkpointing(Path file) {}

  /** Called after a checkpoint was written. */
  default void checkpointed(Path file) {}

  /** Called at the end, also when stopped early. */
  default void ended(TrainingResult result) {}
}

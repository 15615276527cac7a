package dev.recurrent.train;

import java.nio.file.Path;

/** Is told how training goes, on the training thread; it must not change the model. */
public interface TrainingListener {
  /**
   * Is what is known after an update.
   *
   * @param epoch counts from 1
   * @param update counts from 1 over the whole run
   * @param updatesPerEpoch as far as it is known before the first epoch is over
   * @param updateOfEpoch counts from 1
   * @param loss the mean loss of the update's targets
   * @param gradientNorm the norm of all gradients before clipping
   * @param targets the weight of the update's targets: for text, characters
   */
  record Update(
      int epoch,
      long update,
      long updatesPerEpoch,
      long updateOfEpoch,
      double loss,
      double gradientNorm,
      double learningRate,
      double targets) {}

  /** Called before the first update, with the number of epochs of the budget. */
  default void started(Training training, Budget budget) {}

  /** Called after each update. */
  default void updated(Update update) {}

  /** Called after each epoch and its validation. */
  default void epochEnded(EpochResult result) {}

  /** Called after a checkpoint was written. */
  default void checkpointed(Path file) {}

  /** Called at the end, also when stopped early. */
  default void ended(TrainingResult result) {}
}

package dev.recurrent.train;

import java.util.List;

/**
 * Sums up a run.
 *
 * @param epochs the results of all epochs that were completed, earlier parts of the run included
 * @param updates the updates made
 * @param ending why it ended
 * @param bestEpoch the epoch of the best validation, or 0 where none was a number
 * @param bestValidation its value, or NaN
 */
public record TrainingResult(
    List<EpochResult> epochs, long updates, Ending ending, int bestEpoch, double bestValidation) {

  /** Says why a run ended. */
  public enum Ending {
    /** The budget was used up. */
    COMPLETED,
    /** {@link Training#requestStop()} was called. */
    STOPPED,
    /** Validation did not improve for longer than {@link Training#stopEarly} allows. */
    STOPPED_EARLY
  }

  public TrainingResult {
    epochs = List.copyOf(epochs);
  }

  /**
   * Returns this result of a run with validation.
   *
   * @throws IllegalStateException if no validation was a number, so that there is no best model
   */
  public TrainingResult requireBest() {
    if (bestEpoch == 0) {
      throw new IllegalStateException(
          "validation: expected a number after one of "
              + epochs.size()
              + " epochs, got none, so no model was kept; look at the data that validate, or try a"
              + " smaller learning rate");
    }
    return this;
  }
}

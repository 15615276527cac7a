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
}

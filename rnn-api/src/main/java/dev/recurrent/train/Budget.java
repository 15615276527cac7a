package dev.recurrent.train;

/**
 * Says how long to train: a number of epochs, counted from the start of the run, also of one that
 * is resumed.
 *
 * @param epochs the number of epochs
 * @param updates the number of updates after which to stop, if that comes first
 */
public record Budget(int epochs, long updates) {

  public Budget {
    if (epochs < 1 || updates < 1) {
      throw new IllegalArgumentException(
          "budget: expected at least 1 epoch and 1 update, got " + epochs + " and " + updates);
    }
  }

  /** Returns a budget of so many epochs. */
  public static Budget epochs(int count) {
    return new Budget(count, Long.MAX_VALUE);
  }

  /** Returns a budget of so many updates. */
  public static Budget updates(long count) {
    return new Budget(Integer.MAX_VALUE, count);
  }
}

package dev.recurrent.train;

import java.util.List;

/**
 * Provides the batches of each epoch. Batches are asked for by number, so that a resumed run goes
 * on where it stopped: the same number of the same epoch must give the same batch.
 *
 * <p>Called by the thread that trains, or by the one of {@link Prefetch}.
 */
public interface Batches {
  /** Returns the number of batches of an epoch. */
  int count();

  /** Returns a batch; epoch and index count from 0. */
  Batch batch(int epoch, int index);

  /**
   * Returns {@link Batch#steps} of a batch, by which truncated back-propagation knows its updates
   * before an epoch begins. By default the batch is made for it, which is to be overridden where
   * the number is known without.
   */
  default int steps(int epoch, int index) {
    return batch(epoch, index).steps();
  }

  /**
   * Tells whether a batch goes on where the one before ended, so that states are carried over; they
   * start from zero at each epoch then, otherwise at each batch.
   */
  default boolean carriesState() {
    return false;
  }

  /**
   * Describes the data, so that a run is not resumed on other ones: what is not described may
   * change unnoticed.
   */
  default String fingerprint() {
    return count() + " batches";
  }

  /** Returns the given batches, in the same order in every epoch. */
  static Batches of(Batch... batches) {
    var list = List.of(batches);
    return new Batches() {
      @Override
      public int count() {
        return list.size();
      }

      @Override
      public Batch batch(int epoch, int index) {
        return list.get(index);
      }
    };
  }
}

package dev.recurrent.contract;

import dev.recurrent.spi.Backend;

/** Says what the parts of the suite test. */
public interface ContractSubject {
  /** Says what a backend promises about the last bits of a sequence's results. */
  enum Bits {
    /** They are the same whatever else is in the batch. */
    SAME_IN_ANY_BATCH,
    /** They may depend on the rest of the batch. */
    MAY_DIFFER
  }

  /** Returns the backend that is tested. */
  Backend backend();

  /** Returns the reference backend. */
  Backend reference();

  /** Returns what the backend promises; override it to have the promise tested. */
  Bits bits();

  /** Multiplies all tolerances; more than 1 only with a reason. */
  double leniency();
}

package dev.recurrent.cell;

/** Says how long a random keep-mask stays the same. */
public enum MaskScope {
  /** A new mask at every step: dropout and zoneout. */
  STEP,
  /** One mask for a whole sequence: variational dropout (Gal and Ghahramani 2016). */
  SEQUENCE
}

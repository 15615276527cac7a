package dev.recurrent.train;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;

class ReferenceOptimizerTest extends OptimizerContract {
  @Override
  protected Backend open() {
    return new ReferenceBackend();
  }

  /** All is in double precision but the numbers of a step, such as Adam's corrected rate. */
  @Override
  protected double tolerance() {
    return 3e-7;
  }
}

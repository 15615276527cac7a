package dev.recurrent.train;

import dev.recurrent.contract.SinglePrecisionBackend;
import dev.recurrent.spi.Backend;

class ResumeTest extends ResumeContract {
  @Override
  protected Backend open() {
    return new SinglePrecisionBackend();
  }
}

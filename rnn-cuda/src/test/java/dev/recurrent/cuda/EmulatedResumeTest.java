package dev.recurrent.cuda;

import dev.recurrent.spi.Backend;
import dev.recurrent.train.ResumeContract;

class EmulatedResumeTest extends ResumeContract {
  @Override
  protected Backend open() {
    return Emulation.open(1);
  }
}

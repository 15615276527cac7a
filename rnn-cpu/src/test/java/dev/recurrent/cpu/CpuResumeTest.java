package dev.recurrent.cpu;

import dev.recurrent.spi.Backend;
import dev.recurrent.train.ResumeContract;

class CpuResumeTest extends ResumeContract {
  @Override
  protected Backend open() {
    return AllWorkers.backend(2);
  }
}

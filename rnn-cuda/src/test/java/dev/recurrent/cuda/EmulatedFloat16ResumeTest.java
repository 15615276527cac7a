package dev.recurrent.cuda;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Precision;
import dev.recurrent.train.ResumeContract;

/** Resumes runs whose loss is scaled: the first updates overflow and are left out. */
class EmulatedFloat16ResumeTest extends ResumeContract {
  @Override
  protected Backend open() {
    return Emulation.open(Precision.FP16);
  }
}

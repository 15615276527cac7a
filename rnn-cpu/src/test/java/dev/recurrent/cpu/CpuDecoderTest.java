package dev.recurrent.cpu;

import dev.recurrent.layer.DecoderContract;
import dev.recurrent.spi.Backend;

class CpuDecoderTest extends DecoderContract {
  @Override
  protected Backend open() {
    return AllWorkers.backend(2);
  }
}

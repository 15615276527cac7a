package dev.recurrent.cuda;

import dev.recurrent.layer.DecoderContract;
import dev.recurrent.spi.Backend;

class EmulatedDecoderTest extends DecoderContract {
  @Override
  protected Backend open() {
    return Emulation.open(1);
  }
}

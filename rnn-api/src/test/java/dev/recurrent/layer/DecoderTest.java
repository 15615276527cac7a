package dev.recurrent.layer;

import dev.recurrent.contract.SinglePrecisionBackend;
import dev.recurrent.spi.Backend;

class DecoderTest extends DecoderContract {
  @Override
  protected Backend open() {
    return new SinglePrecisionBackend();
  }
}

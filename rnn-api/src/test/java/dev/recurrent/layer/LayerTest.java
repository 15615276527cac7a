package dev.recurrent.layer;

import dev.recurrent.contract.SinglePrecisionBackend;
import dev.recurrent.spi.Backend;

class LayerTest extends LayerContract {
  @Override
  protected Backend open() {
    return new SinglePrecisionBackend();
  }
}

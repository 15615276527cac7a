package dev.recurrent.cuda;

import dev.recurrent.layer.LayerContract;
import dev.recurrent.spi.Backend;

class EmulatedLayerTest extends LayerContract {
  @Override
  protected Backend open() {
    return Emulation.open(1);
  }
}

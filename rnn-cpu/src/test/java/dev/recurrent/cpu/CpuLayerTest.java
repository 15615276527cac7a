package dev.recurrent.cpu;

import dev.recurrent.layer.LayerContract;
import dev.recurrent.spi.Backend;

class CpuLayerTest extends LayerContract {
  @Override
  protected Backend open() {
    return AllWorkers.backend(2);
  }
}

package dev.recurrent.bench.nd4j;

import dev.recurrent.contract.ConcurrencyContract;
import dev.recurrent.spi.Backend;

class Nd4jConcurrencyTest extends ConcurrencyContract {
  @Override
  protected Backend open() {
    return new Nd4jBackend(1);
  }
}

package dev.recurrent.bench.nd4j;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.recurrent.contract.ConcurrencyContract;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;

class Nd4jConcurrencyTest extends ConcurrencyContract {
  @Override
  protected Backend open() {
    var provider = new Nd4jProvider();
    return provider.probe() instanceof Unavailable no
        ? abort(no.reason())
        : provider.open(new BackendOptions(1));
  }
}

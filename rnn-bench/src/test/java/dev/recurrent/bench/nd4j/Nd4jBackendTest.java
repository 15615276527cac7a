package dev.recurrent.bench.nd4j;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;

/** Runs the contract suite on ND4J. */
class Nd4jBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    var provider = new Nd4jProvider();
    return provider.probe() instanceof Unavailable no
        ? abort(no.reason())
        : provider.open(new BackendOptions(1)); // the work is small: more threads only wait
  }
}

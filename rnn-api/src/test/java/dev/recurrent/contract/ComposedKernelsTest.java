package dev.recurrent.contract;

import dev.recurrent.Backends;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;

/**
 * Runs the suite on kernels composed of single precision primitives. It follows "How to add a
 * backend" of docs/architecture.md: a backend with nothing but memory and primitives, found by
 * {@link java.util.ServiceLoader}, passes.
 */
class ComposedKernelsTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return Backends.open("composed", BackendOptions.DEFAULT);
  }

  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }
}

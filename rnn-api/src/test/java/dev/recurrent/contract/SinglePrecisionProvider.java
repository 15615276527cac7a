package dev.recurrent.contract;

import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;

/**
 * Offers the {@link SinglePrecisionBackend}, as "How to add a backend" of docs/architecture.md
 * says. It is there for tests, and taken only by name.
 */
public final class SinglePrecisionProvider implements BackendProvider {
  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public SinglePrecisionProvider() {}

  @Override
  public String name() {
    return SinglePrecisionBackend.DEVICE.backend();
  }

  @Override
  public int priority() {
    return -300;
  }

  @Override
  public Availability probe() {
    return new Availability.Available(SinglePrecisionBackend.DEVICE);
  }

  @Override
  public Backend open(BackendOptions options) {
    return new SinglePrecisionBackend();
  }
}

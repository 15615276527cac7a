package dev.recurrent.reference;

import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;

/** Offers the {@link ReferenceBackend}, which runs everywhere and is taken only by name. */
public final class ReferenceProvider implements BackendProvider {
  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public ReferenceProvider() {}

  @Override
  public String name() {
    return ReferenceBackend.NAME;
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Availability probe() {
    return new Availability.Available(ReferenceBackend.DEVICE);
  }

  @Override
  public Backend open(BackendOptions options) {
    return new ReferenceBackend();
  }
}

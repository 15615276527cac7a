package dev.recurrent.contract;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Is that part of the contract of a backend that is about compiled cells; {@link
 * BackendContractTest} is all of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class RecurrentContractTest
    implements RecurrentContract, RecurrentBehaviourContract {

  private Backend backend;
  private Backend reference;

  /** Opens the backend to be tested; the suite closes it. */
  protected abstract Backend open();

  @Override
  public Bits bits() {
    return Bits.MAY_DIFFER;
  }

  @Override
  public double leniency() {
    return 1;
  }

  @BeforeAll
  final void openBoth() {
    backend = open();
    reference = new ReferenceBackend();
  }

  @AfterAll
  final void closeBoth() {
    if (backend != null) {
      backend.close();
      reference.close();
    }
  }

  @Override
  public final Backend backend() {
    return backend;
  }

  @Override
  public final Backend reference() {
    return reference;
  }
}

package dev.recurrent.contract;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Is the contract of a backend as tests, each of which compares with the reference backend.
 *
 * <pre>{@code
 * class MyBackendTest extends BackendContractTest {
 *   @Override
 *   protected Backend open() {
 *     return new MyProvider().open(BackendOptions.DEFAULT);
 *   }
 * }
 * }</pre>
 *
 * <p>Where the backend cannot run on a machine, {@link #open} may end in a failed assumption that
 * says why. Tolerances are those of single precision: see {@link Tolerance}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContractTest
    implements MemoryContract,
        ProductContract,
        ElementwiseContract,
        RowContract,
        PointwiseContract,
        RecurrentContract,
        RecurrentBehaviourContract {

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

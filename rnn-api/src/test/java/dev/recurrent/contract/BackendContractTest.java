package dev.recurrent.contract;

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
public abstract class BackendContractTest extends RecurrentContractTest
    implements MemoryContract,
        ProductContract,
        ElementwiseContract,
        RowContract,
        PointwiseContract,
        DerivativeContract {}

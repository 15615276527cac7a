package dev.recurrent.cpu;

import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.StoragePool;
import org.jspecify.annotations.Nullable;

/**
 * Runs any cell on the CPU: products on packed weights, pointwise regions compiled to bytecode,
 * threads that stay in the time loop.
 *
 * <p>Thread-safe. Calls for inference run at once, without locks: they share code and packed
 * weights, and each has a {@link ForwardPass} of its own. Calls that keep a trace, and those that
 * go back, take turns.
 */
final class CpuRecurrentKernel implements RecurrentKernel {
  private final CellCode code;
  private final Workers workers;
  private final WorkspacePool<Gemm> gemms;
  private final StoragePool pool;
  private final Matrix nothing;
  private final WorkspacePool<ForwardPass> inference;
  private volatile @Nullable Parameters packed; // of the last version, never changed
  private @Nullable ForwardPass training; // guarded by this
  private @Nullable BackwardPass backward; // guarded by this

  CpuRecurrentKernel(
      CellCode code, Workers workers, WorkspacePool<Gemm> gemms, StoragePool pool, Matrix nothing) {
    this.code = code;
    this.workers = workers;
    this.gemms = gemms;
    this.pool = pool;
    this.nothing = nothing;
    inference =
        new WorkspacePool<>(
            () -> new ForwardPass(code.cell(), code.inference(), false, workers, pool));
  }

  @Override
  public Trace forward(ForwardCall call) {
    workers.requireOpen();
    if (call.mode() != Mode.INFERENCE) {
      return train(call);
    }
    var known = packed;
    var parameters =
        known != null && known.areThose(call.parameters(), call.version()) ? known : pack(call);
    var passes = code.inference().passes();
    passes.expect(rows(call));
    passes.await();
    try (var lease = inference.take()) {
      return lease.workspace().infer(call, parameters);
    }
  }

  /** Packs the parameters once for all threads, and leaves those of the version before alone. */
  private synchronized Parameters pack(ForwardCall call) {
    var known = packed;
    if (known != null && known.areThose(call.parameters(), call.version())) {
      return known;
    }
    var next = new Parameters(code.cell(), code.inference());
    next.update(call.parameters(), call.version());
    next.pack(0, 1);
    packed = next;
    return next;
  }

  private synchronized Trace train(ForwardCall call) {
    var pass = training;
    if (pass == null) {
      pass = new ForwardPass(code.cell(), code.training(), true, workers, pool);
      training = pass;
    }
    code.training().passes().expect(rows(call));
    code.backward().passes().expect(rows(call)); // C2 goes on with it during the forward pass
    code.training().passes().await();
    return pass.train(call);
  }

  private static long rows(ForwardCall call) {
    return call.layout().totalRows();
  }

  @Override
  public synchronized void backward(Trace trace, BackwardCall call) {
    if (!(trace instanceof CpuTrace own)) {
      throw new IllegalArgumentException(
          "trace: expected one of a training pass on backend cpu, got one of an inference pass");
    }
    workers.requireOpen();
    var pass = backward;
    if (pass == null) {
      pass = new BackwardPass(code.cell(), code.backward(), workers, gemms, nothing);
      backward = pass;
    }
    code.backward().passes().await();
    pass.run(own, code.training().stored, call);
  }

  @Override
  public synchronized void trim() {
    inference.clear();
    training = null;
    backward = null;
    packed = null;
  }

  @Override
  public void close() {
    trim();
  }
}

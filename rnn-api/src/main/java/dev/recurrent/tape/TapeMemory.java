package dev.recurrent.tape;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.StoragePool;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;

/**
 * The memory of a tape, which does not refer to the tape: so that it can be freed once nobody
 * refers to a tape that was never closed.
 */
final class TapeMemory {
  private final Backend backend;
  private final StoragePool pool;
  private final IdentityHashMap<PointwiseProgram, PointwiseKernel> kernels =
      new IdentityHashMap<>();
  private final ArrayDeque<Trace> traces = new ArrayDeque<>();

  TapeMemory(Backend backend) {
    this.backend = backend;
    pool = new StoragePool(backend.memory());
  }

  StoragePool pool() {
    return pool;
  }

  /** Returns the compiled program; each program object is compiled once. */
  PointwiseKernel kernel(PointwiseProgram program) {
    return kernels.computeIfAbsent(program, backend::compile);
  }

  void add(Trace trace) {
    traces.push(trace);
  }

  void closeTraces() {
    while (!traces.isEmpty()) {
      traces.pop().close();
    }
  }

  /** Frees everything; a second call does nothing. */
  void close() {
    boolean forgotten = !traces.isEmpty(); // a tape that is closed has closed them before
    closeTraces();
    kernels.values().forEach(PointwiseKernel::close);
    kernels.clear();
    pool.close();
    if (forgotten) {
      backend.trim(); // there may have been many at once
    }
  }
}

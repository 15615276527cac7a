package dev.recurrent.cuda.jcuda;

import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import dev.recurrent.cuda.driver.Driver.Recording;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/** Records what is handed over to a stream as a CUDA graph. */
final class JCudaGraph implements Recording {
  // Other threads of the process may do as they like meanwhile.
  private static final int THREAD_LOCAL = 1; // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL

  private final CUstream stream;
  private final GraphUpdate update;
  private @Nullable Executable executable;

  JCudaGraph(CUstream stream, GraphUpdate update) {
    this.stream = stream;
    this.update = update;
  }

  /** A graph as it was captured. */
  private static final class Captured extends CUgraph {
    long address() {
      return getNativePointer();
    }
  }

  /** A graph that can be launched. */
  private static final class Executable extends CUgraphExec {
    long address() {
      return getNativePointer();
    }
  }

  @Override
  public void record(Runnable work) {
    var graph = capture(work);
    try {
      // An update fails where the shape of the work differs: cuBLAS may have taken other kernels.
      if (executable == null || !update.apply(executable.address(), graph.address())) {
        var instance = new Executable();
        Status.ofDriver(cuGraphInstantiate(instance, graph, 0), "cuGraphInstantiate");
        close();
        executable = instance;
      }
    } finally {
      Status.ofDriver(cuGraphDestroy(graph), "cuGraphDestroy");
    }
  }

  private Captured capture(Runnable work) {
    var graph = new Captured();
    Status.ofDriver(cuStreamBeginCapture(stream, THREAD_LOCAL), "cuStreamBeginCapture");
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      // Ends the capture, which as a rule has become invalid, and may give no graph.
      if (cuStreamEndCapture(stream, graph) == CUresult.CUDA_SUCCESS) {
        cuGraphDestroy(graph);
      }
      throw e;
    }
    Status.ofDriver(cuStreamEndCapture(stream, graph), "cuStreamEndCapture");
    return graph;
  }

  @Override
  public void replay() {
    if (executable == null) {
      throw new IllegalStateException("replay before record");
    }
    Status.ofDriver(cuGraphLaunch(executable, stream), "cuGraphLaunch");
  }

  @Override
  public void close() {
    if (executable != null) {
      // It may be running.
      Status.ofDriver(cuStreamSynchronize(stream), "cuStreamSynchronize");
      Status.ofDriver(cuGraphExecDestroy(executable), "cuGraphExecDestroy");
      executable = null;
    }
  }
}

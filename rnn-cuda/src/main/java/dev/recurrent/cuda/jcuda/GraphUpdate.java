package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Puts other arguments into a graph that can be launched, which is cheaper than to instantiate
 * another. JCuda 12.6 declares the driver's function, but has no code behind it.
 */
final class GraphUpdate {
  private static final long RESULT_BYTES = 24; // CUgraphExecUpdateResultInfo

  private final MemorySegment result = Arena.ofAuto().allocate(RESULT_BYTES, 8);
  private final MethodHandle update;

  GraphUpdate() {
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    update =
        new NativeFunctions(windows ? "nvcuda.dll" : "libcuda.so.1")
            .find(
                "cuGraphExecUpdate_v2",
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS);
  }

  /** Tells whether the graph could be updated; if not, it is as it was. */
  boolean apply(long executable, long graph) {
    return NativeFunctions.call(() -> (int) update.invokeExact(executable, graph, result)) == 0;
  }
}

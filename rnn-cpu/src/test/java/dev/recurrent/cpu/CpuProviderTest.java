package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.spi.BackendOptions;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CpuProviderTest {
  private static final String WORKER = "recurrent-cpu-";

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(WORKER))
        .collect(Collectors.toSet());
  }

  @Test
  void backendHasTheThreadsThatWereAskedForOfWhichTheCallerIsOne() {
    for (int threads : new int[] {1, 3, 7}) {
      var before = workers();
      try (var backend = new CpuProvider().open(new BackendOptions(threads))) {
        var started = workers();
        started.removeAll(before);
        assertEquals(threads - 1, started.size());
        assertTrue(backend.device().device().endsWith(", " + threads + " threads"));
      }
    }
  }

  @Test
  void backendHasAThreadForEachProcessorByDefault() {
    int processors = Runtime.getRuntime().availableProcessors();
    try (var backend = new CpuProvider().open(BackendOptions.DEFAULT)) {
      assertTrue(backend.device().device().endsWith(", " + processors + " threads"));
    }
  }
}

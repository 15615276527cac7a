package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Measures the allocation of a piece of code, which shows when C2 stops inlining vectors. What C2
 * makes of code depends on all that ran before it, so these tests are tagged "compiled" and run in
 * virtual machines of their own.
 */
final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long PATIENCE_NANOS = 120_000_000_000L;
  private static final int CALLS = 50;
  private static final int PROFILED_CALLS = 20_000;

  private Allocations() {}

  /**
   * Fails, naming the places that allocate, unless a call comes to allocate at most {@code bytes}
   * on this thread: C2 compiles in the background.
   */
  static void assertAtMost(long bytes, Runnable code) {
    long least = Long.MAX_VALUE;
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (least > bytes && System.nanoTime() < deadline) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      repeat(CALLS, code);
      least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS);
    }
    long found = least;
    assertTrue(
        found <= bytes,
        () ->
            "bytes a call: expected at most %d, got %d, allocated by %s"
                .formatted(bytes, found, places(code)));
  }

  /** Returns how many bytes one call allocates on this thread, the first time as any other. */
  static long of(Runnable code) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    code.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static void repeat(int calls, Runnable code) {
    for (int i = 0; i < calls; i++) {
      code.run();
    }
  }

  /** Returns the innermost frames of this package that allocate, with how often each was seen. */
  private static List<String> places(Runnable code) {
    var counts = new TreeMap<String, Integer>();
    try (var recording = new Recording()) {
      recording.enable("jdk.ObjectAllocationSample").with("throttle", "1000/s").withStackTrace();
      recording.start();
      repeat(PROFILED_CALLS, code);
      recording.stop();
      var file = Files.createTempFile("allocations", ".jfr");
      try {
        recording.dump(file);
        for (var event : RecordingFile.readAllEvents(file)) {
          if (event.getStackTrace() != null) {
            event.getStackTrace().getFrames().stream()
                .filter(Allocations::isOurs)
                .findFirst()
                .ifPresent(frame -> counts.merge(text(frame), 1, Integer::sum));
          }
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      return List.of("(no profile: " + e + ")");
    }
    return counts.entrySet().stream().map(e -> e.getKey() + " x " + e.getValue()).toList();
  }

  private static boolean isOurs(RecordedFrame frame) {
    return frame.getMethod().getType().getName().startsWith(Allocations.class.getPackageName());
  }

  private static String text(RecordedFrame frame) {
    var method = frame.getMethod();
    return "%s.%s:%d (%s)"
        .formatted(
            method.getType().getName(), method.getName(), frame.getLineNumber(), frame.getType());
  }
}

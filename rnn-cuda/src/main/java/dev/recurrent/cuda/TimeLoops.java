package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.cuda.driver.Driver.Recording;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Runs the time loops of one pass of a cell. A loop that comes again, with the same shape and the
 * same memory, is recorded in chunks of steps, and from then on replayed: that costs the host one
 * call for a chunk instead of a few for each step. Loops that differ every time, such as those of
 * ragged batches, are never recorded, as that costs more than it saves.
 */
final class TimeLoops implements AutoCloseable {
  /** Says when a loop is recorded. */
  enum Policy {
    /** When it comes for the second time. */
    RECORD_WHAT_REPEATS,
    /** When it comes for the first time. */
    RECORD_EVERYTHING,
    /** Never. */
    RECORD_NOTHING
  }

  /** The device begins with one recording while the next is handed over. */
  private static final int CHUNK = 64;

  private static final int FEWEST_STEPS = 2;

  /** A step takes a few kilobytes of the device's memory. */
  private static final int MOST_STEPS = 16_384;

  private static final int MOST_LOOPS = 64;

  /** A training step finds its memory in one of a few orders. */
  private static final int VARIANTS = 4;

  private final Driver driver;
  private final Policy policy;
  private final LinkedHashMap<Loop, Recorded> loops =
      new LinkedHashMap<>(16, 0.75f, true); // the one used last at the end
  private int recordedSteps;

  TimeLoops(Driver driver, Policy policy) {
    this.driver = driver;
    this.policy = policy;
  }

  /**
   * What a loop's kernels and products depend on. Buffers are equal if their contents are.
   *
   * @param shape the rows of each step, and whatever else is not an address
   * @param addresses the addresses of all memory, and the distances between rows
   */
  record Loop(int steps, IntBuffer shape, LongBuffer addresses) {}

  /** Hands steps over, in the order in which they are taken. */
  interface Steps {
    /** Hands over steps {@code from} to {@code to - 1}. */
    void handOver(int from, int to);
  }

  /** The chunks of a loop; none while it has been seen only once. */
  private static final class Recorded {
    private final List<Recording> chunks = new ArrayList<>();
  }

  void run(Loop loop, Steps steps) {
    if (policy == Policy.RECORD_NOTHING || loop.steps < FEWEST_STEPS || loop.steps > MOST_STEPS) {
      steps.handOver(0, loop.steps);
      return;
    }
    var recorded = loops.get(loop);
    boolean isNew = recorded == null;
    if (recorded == null) {
      recorded = new Recorded();
      loops.put(loop, recorded);
      dropOldest(MOST_LOOPS);
    }
    if (isNew && policy == Policy.RECORD_WHAT_REPEATS) {
      steps.handOver(0, loop.steps);
      return;
    }
    if (recorded.chunks.isEmpty()) {
      takeOver(loop, recorded);
      try {
        record(loop, recorded, steps);
      } catch (OutOfDeviceMemoryException e) {
        // A recording takes some of the device's memory, which steps do not.
        steps.handOver(0, loop.steps);
        return;
      }
    }
    recorded.chunks.forEach(Recording::replay);
  }

  private void record(Loop loop, Recorded recorded, Steps steps) {
    while (recorded.chunks.size() * CHUNK < loop.steps) {
      recorded.chunks.add(driver.newRecording());
    }
    try {
      for (int i = 0; i < recorded.chunks.size(); i++) {
        int from = i * CHUNK;
        int to = Math.min(loop.steps, from + CHUNK);
        recorded.chunks.get(i).record(() -> steps.handOver(from, to));
      }
    } catch (RuntimeException | Error e) {
      recorded.chunks.forEach(Recording::close);
      loops.remove(loop);
      throw e;
    }
    recordedSteps += loop.steps;
    for (int most = loops.size() - 1; recordedSteps > MOST_STEPS && most > 0; most--) {
      dropOldest(most);
    }
  }

  /**
   * Where a shape has been recorded on enough other memory, takes over the recordings that were not
   * used for longest: to put other addresses into them is cheaper than to begin anew.
   */
  private void takeOver(Loop loop, Recorded into) {
    var others =
        loops.entrySet().stream()
            .filter(entry -> !entry.getValue().chunks.isEmpty())
            .filter(entry -> entry.getKey().shape.equals(loop.shape))
            .toList();
    if (others.size() >= VARIANTS) {
      var oldest = others.getFirst();
      into.chunks.addAll(oldest.getValue().chunks);
      recordedSteps -= loop.steps;
      loops.remove(oldest.getKey());
    }
  }

  private void dropOldest(int most) {
    while (loops.size() > most) {
      var oldest = loops.pollFirstEntry();
      if (!oldest.getValue().chunks.isEmpty()) {
        oldest.getValue().chunks.forEach(Recording::close);
        recordedSteps -= oldest.getKey().steps;
      }
    }
  }

  @Override
  public void close() {
    dropOldest(0);
  }
}

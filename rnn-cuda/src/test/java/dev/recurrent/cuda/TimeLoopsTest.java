package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.Tolerance;
import dev.recurrent.cuda.TimeLoops.Loop;
import dev.recurrent.cuda.TimeLoops.Policy;
import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.cuda.driver.Driver.Recording;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.lang.reflect.Proxy;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Shows when time loops are recorded, and that recordings do what was recorded. */
class TimeLoopsTest {
  static final List<CellDefinition> CELLS =
      List.of(Cells.LSTM, Cells.GRU_RESET_BEFORE, Cells.LSTM_LAYERNORM);

  private final List<String> log = new ArrayList<>();

  /** Longer than a chunk, and drawn anew in each run: masks are, too. */
  @ParameterizedTest
  @FieldSource("CELLS")
  void recordedLoopsGiveTheBitsOfLoopsThatAreNot(CellDefinition cell) {
    var wanted = threeRuns(cell, Policy.RECORD_NOTHING);
    var got = threeRuns(cell, Policy.RECORD_WHAT_REPEATS);
    var atOnce = threeRuns(cell, Policy.RECORD_EVERYTHING);
    for (int i = 0; i < wanted.size(); i++) {
      Tolerance.assertSameBits(wanted.get(i), got.get(i), cell + ", what repeats, " + i);
      Tolerance.assertSameBits(wanted.get(i), atOnce.get(i), cell + ", everything, " + i);
    }
  }

  private static List<float[]> threeRuns(CellDefinition cell, Policy policy) {
    var all = new ArrayList<float[]>();
    var program = cell.program(CellSizes.of(2, 3));
    try (var backend = Emulation.open(1, policy);
        var kernel = backend.compile(program)) {
      for (var direction : Direction.values()) {
        var layout = SequenceLayout.ofLengths(70, 3, 0, 66);
        var one = Setup.of(program, layout, 1).with(Mode.TRAINING).with(direction);
        var other = Setup.of(program, layout, 2).with(Mode.TRAINING).with(direction);
        // Of the same shape, on other memory.
        try (var first = new CellProblem(backend, one);
            var second = new CellProblem(backend, other)) {
          for (int run = 0; run < 3; run++) {
            for (var problem : List.of(first, second)) {
              problem.setRow(problem.forwardCall().input(), run, new float[] {run, 0.5f});
              problem.run(kernel);
              problem.results().forEach(result -> all.add(result.elements()));
            }
          }
        }
      }
    }
    return all;
  }

  @Test
  void aLoopIsRecordedWhenItComesAgainAndThenReplayed() {
    try (var loops = new TimeLoops(driver(), Policy.RECORD_WHAT_REPEATS)) {
      run(loops, 100, 1);
      assertEquals(List.of("0-100"), log);
      run(loops, 100, 1);
      assertEquals(List.of("0-100", "record", "0-64", "record", "64-100", "replay", "replay"), log);
      log.clear();
      run(loops, 100, 1);
      assertEquals(List.of("replay", "replay"), log);
    }
    assertEquals(List.of("replay", "replay", "close", "close"), log);
  }

  @Test
  void loopsOfOtherShapesAreNotMixedUp() {
    try (var loops = new TimeLoops(driver(), Policy.RECORD_EVERYTHING)) {
      run(loops, 10, 1);
      run(loops, 11, 1);
      run(loops, 10, 2);
      assertEquals(3, log.stream().filter("record"::equals).count());
      run(loops, 11, 1);
      assertEquals(3, log.stream().filter("record"::equals).count());
    }
  }

  /**
   * Where the gradients of a batch lie depends on all of its sequences, those without steps too.
   */
  @Test
  void batchesThatDifferInEmptySequencesAloneAreOtherLoops() {
    assertEquals(loopOf(3, 3), loopOf(3, 3));
    assertNotEquals(loopOf(3, 3), loopOf(3, 3, 0));
    assertNotEquals(loopOf(3, 3), loopOf(3, 2));
  }

  private static Loop loopOf(int... lengths) {
    return new Timeline(SequenceLayout.ofLengths(lengths), Direction.FORWARD)
        .loop(List.of(), List.of(), 0, List.of());
  }

  @Test
  void otherMemoryOfTheSameShapeTakesOverTheOldestRecording() {
    try (var loops = new TimeLoops(driver(), Policy.RECORD_EVERYTHING)) {
      for (int address = 1; address <= 4; address++) {
        run(loops, 10, address);
      }
      assertEquals(4, newRecordings);
      run(loops, 10, 5);
      assertEquals(4, newRecordings);
      log.clear();
      run(loops, 10, 1); // was taken over
      assertEquals(List.of("record", "0-10", "replay"), log);
    }
  }

  @Test
  void recordingsAreBounded() {
    try (var loops = new TimeLoops(driver(), Policy.RECORD_EVERYTHING)) {
      for (int steps = 1000; steps < 1100; steps++) {
        run(loops, steps, 1);
      }
      long open = newRecordings - log.stream().filter("close"::equals).count();
      assertTrue(open <= 16_384 / 64 + 100, () -> open + " recordings are open");
      assertTrue(open > 100, () -> open + " recordings are open");
    }
    assertEquals(newRecordings, log.stream().filter("close"::equals).count());
  }

  @Test
  void aLoopThatCannotBeRecordedIsForgotten() {
    try (var loops = new TimeLoops(driver(), Policy.RECORD_EVERYTHING)) {
      var loop = loop(10, 1);
      assertThrows(
          IllegalStateException.class,
          () ->
              loops.run(
                  loop,
                  (_, _) -> {
                    throw new IllegalStateException("broken");
                  }));
      log.clear();
      run(loops, 10, 1);
      assertEquals(List.of("record", "0-10", "replay"), log);
    }
  }

  @Test
  void aLoopForWhoseRecordingThereIsNoMemoryIsHandedOver() {
    try (var loops = new TimeLoops(driver(), Policy.RECORD_EVERYTHING)) {
      outOfMemory = true;
      run(loops, 100, 1);
      assertEquals(List.of("record", "close", "close", "0-100"), log);
      log.clear();
      outOfMemory = false;
      run(loops, 100, 1);
      assertEquals(List.of("record", "0-64", "record", "64-100", "replay", "replay"), log);
    }
  }

  private boolean outOfMemory;
  private int newRecordings;

  private void run(TimeLoops loops, int steps, long address) {
    loops.run(loop(steps, address), (from, to) -> log.add(from + "-" + to));
  }

  private static Loop loop(int steps, long address) {
    return new Loop(
        steps, IntBuffer.wrap(new int[] {steps}), LongBuffer.wrap(new long[] {address, 3}));
  }

  /** A driver that can make recordings, and nothing else. */
  private Driver driver() {
    return (Driver)
        Proxy.newProxyInstance(
            Driver.class.getClassLoader(),
            new Class<?>[] {Driver.class},
            (_, method, _) -> {
              assertEquals("newRecording", method.getName());
              newRecordings++;
              return recording();
            });
  }

  private Recording recording() {
    return new Recording() {
      @Override
      public void record(Runnable work) {
        log.add("record");
        if (outOfMemory) {
          throw new OutOfDeviceMemoryException("cuGraphInstantiate", 2, "CUDA_ERROR_OUT_OF_MEMORY");
        }
        work.run();
      }

      @Override
      public void replay() {
        log.add("replay");
      }

      @Override
      public void close() {
        log.add("close");
      }
    };
  }
}

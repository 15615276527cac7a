package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;
import dev.recurrent.layer.StepperState;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whole models stepped by many threads. */
class ConcurrentStreamsTest {
  private static final int THREADS = 8;
  private static final int KEYS = 24;
  private static final int EVENTS = 15; // of each key
  private static final int TOKENS = 21;

  private final CpuBackend backend = new CpuBackend(2);
  private final TokenModel model = new TokenModel();

  private static final class TokenModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(TOKENS, 13));
    final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.GRU, 13, 37).layers(2));
    final Dense hidden = add("hidden", Dense.of(37, 19).activation(UnaryOp.TANH));
    final Dense output = add("output", Dense.of(19, TOKENS));

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, recurrent, hidden, output);
    }
  }

  ConcurrentStreamsTest() {
    model.build(backend, 1);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  private static <T> List<T> together(Callable<T> work) throws Exception {
    var results = new ArrayList<T>();
    try (var executor = Executors.newFixedThreadPool(THREADS)) {
      for (var future : executor.invokeAll(java.util.Collections.nCopies(THREADS, work))) {
        results.add(future.get());
      }
    }
    return results;
  }

  private static int token(int key, int event) {
    return (7 * key + 5 * event + key * event) % TOKENS;
  }

  /**
   * A key's events are answered by whichever thread comes next, its state goes from hand to hand.
   */
  @Test
  void aStreamThatWandersFromThreadToThreadHasTheBitsOfOneThread() throws Exception {
    var states = new ConcurrentHashMap<Integer, byte[]>();
    var answers = new float[KEYS][EVENTS][];
    var next = new AtomicInteger();
    var counts = new int[KEYS]; // guarded by the key in states
    together(
        () -> { // cold: what is compiled is compiled by all of them at once
          try (var stepper = model.stepper()) {
            for (int i = next.getAndIncrement(); i < KEYS * EVENTS; i = next.getAndIncrement()) {
              states.compute(
                  i % KEYS,
                  (key, bytes) -> {
                    if (bytes == null) {
                      stepper.reset();
                    } else {
                      stepper.setState(StepperState.fromBytes(bytes));
                    }
                    int event = counts[key]++;
                    answers[key][event] = stepper.step(token(key, event)).clone();
                    return stepper.state().toBytes();
                  });
            }
          }
          return 0;
        });
    try (var stepper = model.stepper()) {
      for (int key = 0; key < KEYS; key++) {
        stepper.reset();
        for (int event = 0; event < EVENTS; event++) {
          assertArrayEquals(answers[key][event], stepper.step(token(key, event)), 0);
        }
      }
    }
  }

  @Test
  void aStepDuringAChangeIsRefusedAndLeavesTheStateAsItWas() throws Exception {
    var done = new AtomicBoolean();
    var weight = model.output.weight();
    var values = weight.toArray();
    var changes =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    weight.set(values);
                  }
                });
    int refused = 0;
    try (var stepper = model.stepper();
        var expected = model.stepper()) {
      var before = stepper.state();
      int steps = 0;
      for (long end = System.nanoTime() + 20_000_000_000L;
          (refused < 3 || steps < 20) && System.nanoTime() < end; ) {
        stepper.readState(before);
        try {
          stepper.step(token(1, steps));
          steps++;
        } catch (ConcurrentModificationException e) {
          refused++;
          assertEquals(before, stepper.state());
        }
      }
      done.set(true);
      changes.join();
      for (int step = 0; step < steps; step++) {
        expected.step(token(1, step));
      }
      assertEquals(expected.state(), stepper.state()); // the values that were set were the same
    } finally {
      done.set(true);
      changes.join();
    }
    assertTrue(refused > 0, "expected a step that met a change");
  }
}

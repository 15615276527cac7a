package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
  private static final int[] COUNTS = {1, 2, 3, 16};

  @Test
  void everyWorkerRunsEveryTaskOnce() {
    for (int count : COUNTS) {
      try (var workers = new Workers(count)) {
        int[] calls = new int[count];
        for (int i = 0; i < 1000; i++) {
          workers.run(w -> calls[w]++);
        }
        for (int w = 0; w < count; w++) {
          assertEquals(1000, calls[w]);
        }
      }
    }
  }

  @Test
  void parkedWorkersWakeUp() throws InterruptedException {
    try (var workers = new Workers(3)) {
      var calls = new AtomicInteger();
      for (int i = 0; i < 20; i++) {
        workers.run(w -> calls.incrementAndGet());
        Thread.sleep(Duration.ofMillis(2));
      }
      assertEquals(60, calls.get());
    }
  }

  @Test
  void barrierPublishesWhatWasWrittenBefore() {
    for (int count : COUNTS) {
      try (var workers = new Workers(count)) {
        int steps = count > 4 ? 500 : 20_000;
        int[] last = new int[count * 64]; // plain, as the states of a time loop are
        workers.run(
            w -> {
              for (int t = 1; t <= steps; t++) {
                last[w * 64] = t;
                workers.await(w);
                for (int o = 0; o < count; o++) {
                  if (last[o * 64] != t) {
                    throw new AssertionError("step %d: worker %d sees %d".formatted(t, w, last[o]));
                  }
                }
                workers.await(w);
              }
            });
        assertEquals(steps, last[0]);
      }
    }
  }

  @Test
  void failureReleasesTheBarrierAndReachesTheCaller() {
    for (int count : new int[] {2, 3, 16}) {
      try (var workers = new Workers(count)) {
        for (int failing = 0; failing < count; failing++) {
          int culprit = failing;
          var error = new IllegalArgumentException("worker " + culprit);
          var thrown =
              assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      workers.run(
                          w -> {
                            workers.await(w);
                            if (w == culprit) {
                              throw error;
                            }
                            workers.await(w);
                          }));
          assertSame(error, thrown);
          int[] calls = new int[count];
          workers.run(
              w -> {
                workers.await(w);
                calls[w]++;
              });
          assertEquals(1, calls[count - 1], "usable after a failure");
        }
      }
    }
  }

  @Test
  void callersTakeTurns() throws InterruptedException {
    try (var workers = new Workers(2)) {
      var inside = new AtomicInteger();
      var failure = new AtomicReference<Throwable>();
      Runnable caller =
          () -> {
            for (int i = 0; i < 500; i++) {
              workers.run(
                  w -> {
                    if (inside.incrementAndGet() > 2) {
                      failure.set(new AssertionError("two tasks at once"));
                    }
                    workers.await(w);
                    inside.decrementAndGet();
                    workers.await(w);
                  });
            }
          };
      var other = Thread.ofPlatform().start(caller);
      caller.run();
      other.join();
      assertSame(null, failure.get());
    }
  }

  @Test
  void aCallerDoesWithoutWorkersThatAreBusy() throws InterruptedException {
    try (var workers = new Workers(2)) {
      var busy = new CountDownLatch(2);
      var tried = new CountDownLatch(1);
      var failure = new AtomicReference<Throwable>();
      var other =
          Thread.ofPlatform()
              .start(
                  () ->
                      workers.run(
                          w -> {
                            busy.countDown();
                            try {
                              tried.await();
                            } catch (InterruptedException e) {
                              failure.set(e);
                            }
                          }));
      busy.await();
      assertFalse(workers.tryRun(w -> failure.set(new AssertionError("not both"))));
      var shares = new ArrayList<Integer>();
      workers.share(shares::add);
      assertEquals(List.of(0, 1), shares, "by the caller, one after the other");
      tried.countDown();
      other.join();
      assertSame(null, failure.get());
      assertTrue(workers.tryRun(w -> {}));
    }
  }

  @Test
  void closeEndsTheThreadsAndRefusesTasks() {
    var workers = new Workers(3);
    var thread = new AtomicReference<Thread>();
    workers.run(
        w -> {
          if (w == 2) {
            thread.set(Thread.currentThread());
          }
        });
    assertTrue(thread.get().isDaemon());
    workers.close();
    workers.close();
    assertFalse(thread.get().isAlive());
    assertThrows(IllegalStateException.class, () -> workers.run(w -> {}));
  }

  @Test
  void aTaskInsideATaskIsRefused() {
    try (var workers = new Workers(1)) {
      assertThrows(IllegalStateException.class, () -> workers.run(w -> workers.run(inner -> {})));
    }
  }
}

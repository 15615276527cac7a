package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.tape.Sequences;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PrefetchTest {
  private final List<String> made = new CopyOnWriteArrayList<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final CountDownLatch secondIsBeingMade = new CountDownLatch(1);
  private final CountDownLatch secondMayBeMade = new CountDownLatch(1);

  /** Three batches an epoch, whose only token is epoch * 10 + index; the third one fails once. */
  private final class Source implements Batches {
    private boolean failed;

    @Override
    public int count() {
      return 3;
    }

    @Override
    public Batch batch(int epoch, int index) {
      threads.add(Thread.currentThread());
      if (epoch == 7 && index == 2 && !failed) {
        failed = true;
        throw new IllegalStateException("the third one");
      }
      if (epoch == 8 && index == 1) {
        secondIsBeingMade.countDown();
        try {
          secondMayBeMade.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      made.add(epoch + "/" + index);
      var token = Sequences.ofLabels(epoch * 10 + index);
      return Batch.of(token, token);
    }

    @Override
    public boolean carriesState() {
      return true;
    }

    @Override
    public String fingerprint() {
      return "three";
    }
  }

  private static int token(Batches batches, int epoch, int index) {
    return batches.batch(epoch, index).targets().packedTokens()[0];
  }

  @Test
  void givesTheSameBatchesEachMadeOnceOnAnotherThread() {
    try (var batches = Prefetch.of(new Source())) {
      for (int epoch = 0; epoch < 3; epoch++) {
        for (int index = 0; index < 3; index++) {
          assertEquals(epoch * 10 + index, token(batches, epoch, index));
        }
      }
    }
    assertEquals(
        List.of("0/0", "0/1", "0/2", "1/0", "1/1", "1/2", "2/0", "2/1", "2/2", "3/0"), made);
    assertEquals(1, threads.size());
    assertFalse(threads.contains(Thread.currentThread()));
  }

  @Test
  void aBatchIsMadeBeforeItIsAskedFor() throws InterruptedException {
    secondMayBeMade.countDown();
    try (var batches = Prefetch.of(new Source())) {
      assertEquals(80, token(batches, 8, 0));
      secondIsBeingMade.await();
    }
    assertEquals(List.of("8/0", "8/1"), made);
  }

  @Test
  void anyBatchMayBeAskedForAsByAResumedRun() {
    try (var batches = Prefetch.of(new Source())) {
      for (int[] place : new int[][] {{4, 1}, {4, 2}, {5, 0}, {0, 2}, {0, 2}, {2, 1}}) {
        assertEquals(place[0] * 10 + place[1], token(batches, place[0], place[1]));
      }
    }
  }

  @Test
  void isTheSourceInAllElse() {
    try (var batches = Prefetch.of(new Source())) {
      assertEquals(3, batches.count());
      assertEquals("three", batches.fingerprint());
      assertTrue(batches.carriesState());
    }
  }

  @Test
  void whatTheSourceThrowsIsThrownForThatBatchOnly() {
    try (var batches = Prefetch.of(new Source())) {
      assertEquals(71, token(batches, 7, 1));
      var failure = assertThrows(IllegalStateException.class, () -> batches.batch(7, 2));
      assertEquals("the third one", failure.getMessage());
      assertEquals(72, token(batches, 7, 2));
    }
  }

  @Test
  void anInterruptedThreadDoesNotWait() {
    try (var batches = Prefetch.of(new Source())) {
      Thread.currentThread().interrupt();
      var failure = assertThrows(CancellationException.class, () -> batches.batch(8, 1));
      assertSame(InterruptedException.class, failure.getCause().getClass());
      assertTrue(Thread.interrupted());
      secondMayBeMade.countDown();
    }
  }

  @Test
  void afterClosingItsThreadHasEndedAndItGivesNothing() throws InterruptedException {
    var batches = Prefetch.of(new Source());
    assertEquals(0, token(batches, 0, 0));
    batches.close();
    batches.close();
    for (var thread : threads) {
      thread.join();
    }
    assertThrows(IllegalStateException.class, () -> batches.batch(0, 1));
  }
}

package dev.recurrent.cpu;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A rehearsal of vector code: before it has much to do, it is called with small operands of its own
 * until C2 has compiled it.
 *
 * <p>HotSpot asks C2 for a method once C1's version of it has counted some thousand calls, or some
 * ten thousand turns of a loop. In that version, and in the interpreter before it, each vector is
 * an object, and everything takes 100 to 1,000 times as long: left to itself, a model's first pass
 * spends seconds in being counted. In a rehearsal most calls return at once, which counts like any
 * other. One in {@link #CALLS} does some work, in C1's version, too: of a loop that its profile has
 * never seen C2 makes no code, and has to begin again at the first real call.
 *
 * <p>Code that does little is never rehearsed, since C2 would take longer than the interpreter
 * does.
 *
 * <p>Thread-safe.
 */
final class Rehearsal {
  /** The code that is rehearsed, with operands of its own. */
  interface Code {
    /** Calls the method so that it returns at once. */
    void skip();

    /** Calls the method so that its loops take a few turns. */
    void perform();

    /** Returns the number of vector operations of {@link #perform}. */
    long operations();
  }

  /** Vector operations that are worth asking C2 for the code: the interpreter takes 20 ms. */
  private static final long WORTH_ASKING = 20_000;

  /** Vector operations that are worth waiting for C2's code: longer than C2 takes, about 100 ms. */
  private static final long WORTH_WAITING = 200_000;

  /** Calls of a turn, of which the last one does some work. */
  private static final int CALLS = 100;

  /** The first calls, without work: C1's version, which keeps the profile, comes after 200. */
  private static final int FIRST_CALLS = 300;

  /** In nanoseconds: what C2's code stays under in a short call, and for each operation. */
  private static final long COMPILED = 1_000;

  private static final long COMPILED_OPERATION = 8;

  /** Calls with work that have to be quick, one after the other. */
  private static final int QUICK_CALLS = 3;

  /** In nanoseconds: pause between two turns, in which the compilers have the processor. */
  private static final long PAUSE = 200_000;

  /** When a rehearsal is given up, and nobody waits any longer. */
  private static final Duration LONGEST = Duration.ofSeconds(3);

  /** In nanoseconds: how long the thread waits for the next rehearsal before it ends. */
  private static final long IDLE = 2_000_000_000L;

  private static final Stage STAGE =
      new Stage(JitCompiler.problem().isEmpty() && !Boolean.getBoolean("rnn.cpu.unrehearsed"));

  private final Code code;
  private final long longest; // in nanoseconds
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicLong expected = new AtomicLong();
  private volatile boolean over;
  private boolean asked; // guarded by this

  // of the thread that rehearses
  private long since;
  private int quick;

  /** Creates a rehearsal that begins once enough work is expected. */
  Rehearsal(Code code) {
    this(code, LONGEST);
  }

  /** Creates a rehearsal that is given up after some time. */
  Rehearsal(Code code, Duration longest) {
    this.code = code;
    this.longest = longest.toNanos();
    over = !STAGE.open;
  }

  /**
   * Says how much work is coming, in vector operations, and asks for C2's code if it is worth it.
   */
  void expect(long operations) {
    if (!over && expected.addAndGet(operations) >= WORTH_ASKING) {
      ask();
    }
  }

  /** Waits for C2's code, if the expected work is worth it. */
  void await() {
    if (over || expected.get() < WORTH_WAITING) {
      return;
    }
    try {
      var _ = end.await(longest, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) { // it is as right without C2's code
      Thread.currentThread().interrupt();
    }
  }

  /** Tells whether there is nothing to wait for. */
  boolean isOver() {
    return over;
  }

  private synchronized void ask() {
    if (!asked) {
      asked = true;
      STAGE.add(this);
    }
  }

  /** Calls the code some times; returns whether the rehearsal is over. */
  private boolean turn(long now) {
    if (since == 0) {
      since = now;
      skip(FIRST_CALLS);
      return false;
    }
    skip(CALLS - 1);
    long start = System.nanoTime();
    code.perform();
    long took = System.nanoTime() - start;
    quick = took < COMPILED + COMPILED_OPERATION * code.operations() ? quick + 1 : 0;
    return quick == QUICK_CALLS || now - since > longest;
  }

  private void skip(int calls) {
    for (int i = 0; i < calls; i++) {
      code.skip();
    }
  }

  private void finish() {
    over = true;
    end.countDown();
  }

  /** Where rehearsals take turns: one thread for all, which exists while there are any. */
  private static final class Stage {
    private final boolean open;
    private final LinkedBlockingQueue<Rehearsal> arrivals = new LinkedBlockingQueue<>();
    private @Nullable Thread thread; // guarded by this

    Stage(boolean open) {
      this.open = open;
    }

    synchronized void add(Rehearsal rehearsal) {
      arrivals.add(rehearsal);
      if (thread == null) {
        thread = Thread.ofPlatform().daemon().name("recurrent-cpu-rehearsal").start(this::serve);
      }
    }

    private void serve() {
      var open = new ArrayList<Rehearsal>();
      try {
        while (takeArrivals(open)) {
          turn(open);
          Thread.sleep(0, (int) PAUSE);
        }
      } catch (InterruptedException e) { // nobody does; then all goes on without
        open.forEach(Rehearsal::finish);
      }
    }

    private static void turn(List<Rehearsal> open) {
      for (var rehearsal : List.copyOf(open)) {
        if (rehearsal.turn(System.nanoTime())) {
          rehearsal.finish();
          open.remove(rehearsal);
        }
      }
    }

    /** Adds new rehearsals to the open ones; returns false when the thread is to end. */
    private boolean takeArrivals(List<Rehearsal> open) throws InterruptedException {
      if (open.isEmpty()) {
        var next = arrivals.poll(IDLE, TimeUnit.NANOSECONDS);
        if (next != null) {
          open.add(next);
        }
      }
      arrivals.drainTo(open);
      return !open.isEmpty() || !endIfIdle();
    }

    private synchronized boolean endIfIdle() {
      if (!arrivals.isEmpty()) {
        return false;
      }
      thread = null;
      return true;
    }
  }
}

package dev.recurrent.examples.run;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks long work to stop when the process is told to end: by Ctrl-C, SIGTERM, or the end of its
 * terminal. Told a second time, the process ends at once, without anything being saved.
 */
public final class Interrupt implements AutoCloseable {
  private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  private final Runnable stop;
  private final PrintWriter err;
  private final AtomicInteger received = new AtomicInteger(); // the signal's number, or 0
  private final List<Signals.Handler> handlers = new ArrayList<>();

  /** Starts to listen; {@code stop} asks the work to end, and may be called by any thread. */
  public Interrupt(Runnable stop, PrintWriter err) {
    this.stop = stop;
    this.err = err;
    NUMBERS.forEach(
        (name, number) -> Signals.handle(name, () -> receive(number)).ifPresent(handlers::add));
  }

  private void receive(int number) {
    if (!received.compareAndSet(0, number)) {
      Runtime.getRuntime().halt(128 + number);
    }
    stop.run();
    err.println();
    err.println("stopping: saving a checkpoint first; a second Ctrl-C stops at once");
  }

  /** Tells whether the work was asked to end. */
  public boolean isRequested() {
    return received.get() != 0;
  }

  /** Returns the exit status of work that a signal has stopped, as a shell gives it. */
  public int exitStatus() {
    return 128 + received.get();
  }

  @Override
  public void close() {
    handlers.forEach(Signals.Handler::close);
  }
}

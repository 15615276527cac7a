package dev.recurrent.examples.run;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * Asks long work to stop when the process is told to end (Ctrl-C, SIGTERM), and holds the process
 * until that work is over and this is closed.
 */
public final class Interrupt implements AutoCloseable {
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook;

  /** Starts to listen; {@code stop} asks the work to end. */
  public Interrupt(Runnable stop, PrintWriter err) {
    hook =
        new Thread(
            () -> {
              err.println();
              err.println("stopping: saving a checkpoint first");
              stop.run();
              try {
                over.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The exit status of work that was stopped; the JVM gives its own where a signal did it. */
  public int exitStatus() {
    return 130;
  }

  @Override
  public void close() {
    over.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }
}

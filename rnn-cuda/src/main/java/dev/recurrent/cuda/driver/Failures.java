package dev.recurrent.cuda.driver;

/** Closes what a failure leaves behind. */
public final class Failures {
  private Failures() {}

  /** Closes something after a failure, which counts more than one of closing. */
  public static void closeAfter(Throwable failure, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }
}

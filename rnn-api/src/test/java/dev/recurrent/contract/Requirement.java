package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;

/**
 * Skips tests that need what a machine may lack. The property {@code rnn.require} names, separated
 * by commas, what may not be lacking: what is named there fails the test instead.
 */
public final class Requirement {
  /** The property. */
  public static final String PROPERTY = "rnn.require";

  private Requirement() {}

  /**
   * Ends the test: skipped, or failed if the property has one of the names.
   *
   * @param reason what is missing
   * @param names by which the property may ask for it, such as {@code cuda} and {@code nvcc}
   */
  public static void isMissing(String reason, String... names) {
    var required = List.of(System.getProperty(PROPERTY, "").split(",", -1));
    for (var name : names) {
      if (required.contains(name)) {
        fail("-D" + PROPERTY + "=" + name + ": " + reason);
      }
    }
    abort(reason);
  }
}

package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ErrorsTest {
  @Test
  void aHeapThatIsTooSmallSaysWhatThereIsAndWhatToLower() {
    var line = Errors.describe(new OutOfMemoryError("Java heap space"));
    assertTrue(
        line.matches(
            "memory: expected room for what the command asks for, got a Java heap of at most"
                + " [0-9,]+ MiB, of which [0-9,]+ are in use \\(Java heap space\\); lower --batch,"
                + " --hidden, --layers or --seq, .*"),
        line);
  }

  @Test
  void sizesThatNoArrayHoldsAreNotAnInternalError() {
    for (var error :
        new RuntimeException[] {
          new ArithmeticException("integer overflow"), new NegativeArraySizeException("-1")
        }) {
      assertTrue(
          Errors.describe(error).startsWith("size: expected at most 2147483647 numbers"),
          Errors.describe(error));
    }
  }

  @Test
  void otherErrorsNameThemselves() {
    assertEquals(
        "internal error: java.lang.StackOverflowError (--debug shows where)",
        Errors.describe(new StackOverflowError()));
  }

  /** A batch whose states alone are more than the heap of this test can ever be. */
  @Test
  void aCommandThatNeedsMoreThanTheHeapEndsInOneLine() {
    var run = CommandLineRun.ofLine("bench --cell lstm --hidden 40000 --backend reference");
    assertEquals(1, run.status());
    assertTrue(run.err().lines().count() == 1, run.err());
    assertTrue(run.err().startsWith("rnn: "), run.err());
    assertFalse(run.err().contains("internal error"), run.err());
  }
}

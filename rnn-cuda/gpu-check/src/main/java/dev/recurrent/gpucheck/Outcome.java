package dev.recurrent.gpucheck;

import java.util.List;

/**
 * What became of a part.
 *
 * @param summary its last line, or why it was not run
 * @param output all that it wrote
 */
record Outcome(Part part, Status status, double seconds, String summary, List<String> output) {

  /** Says how a part ended. */
  enum Status {
    PASSED,
    FAILED,
    /** It was stopped when its time was over. */
    TIMED_OUT,
    /** It was not run. */
    SKIPPED
  }

  Outcome {
    output = List.copyOf(output);
  }
}

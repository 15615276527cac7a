package dev.recurrent.examples.harness;

import dev.recurrent.score.Measure;
import java.io.IOException;
import java.util.List;

/**
 * Is a task whose targets are labels: one for an example, or one for each of its steps.
 *
 * @param <E> an example
 */
public abstract class LabellingTask<E> extends Task<E> {

  /** Creates a task with its defaults. */
  protected LabellingTask() {}

  /** Returns the labels, which say how predictions are scored. */
  protected abstract Labelling<E> labels(Facts facts);

  @Override
  protected final List<Measure> measures(Facts facts) {
    return labels(facts).measures();
  }

  @Override
  protected final List<Outcome> baseline(Parts<E> parts, Facts facts) {
    return labels(facts).baseline(parts);
  }

  @Override
  protected final void report(Report<E> report) throws IOException {
    labels(report.facts()).report(report);
  }
}

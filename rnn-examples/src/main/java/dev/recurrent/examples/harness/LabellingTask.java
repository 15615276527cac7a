package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.Quoted;
import dev.recurrent.score.Measure;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/**
 * Is a task whose targets are labels: one for an example, or one for each of its steps.
 *
 * @param <E> an example
 */
public abstract class LabellingTask<E> extends Task<E> {

  private static final int MOST_NAMED = 5;

  /** Creates a task with its defaults. */
  protected LabellingTask() {}

  /** Returns the labels, which say how predictions are scored. */
  protected abstract Labelling<E> labels(Facts facts);

  @Override
  protected final boolean hasTarget(E example, Facts facts) {
    return labels(facts).isLabelled(example);
  }

  /** Says how many examples have labels that training has not shown. */
  @Override
  protected final List<String> remarks(String part, List<E> examples, Facts facts) {
    super.remarks(part, examples, facts);
    var labels = labels(facts);
    var unseen = new TreeSet<String>();
    int count = 0;
    for (var example : examples) {
      var its = labels.unseen(example);
      unseen.addAll(its);
      count += its.isEmpty() ? 0 : 1;
    }
    if (count == 0) {
      return List.of();
    }
    var named = unseen.stream().limit(MOST_NAMED).map(Quoted::quote).toList();
    if (count == examples.size() && labels instanceof Labels) {
      throw new IllegalArgumentException(
          "%s: expected examples of the %d classes of the model, got only others: %s"
              .formatted(part, labels.size(), String.join(", ", named)));
    }
    return List.of(
        Numbers.format(
            "%s: %,d of %,d examples are of classes that training has not shown, and count as"
                + " wrong: %s%s",
            part,
            count,
            examples.size(),
            String.join(", ", named),
            unseen.size() > MOST_NAMED ? " and others" : ""));
  }

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

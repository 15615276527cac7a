package dev.recurrent.examples.harness;

import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import java.util.List;

/**
 * Is a model that gives labels: what it reads and its logits are a subclass's, targets and
 * predictions are those of a {@link Labelling}. The best epoch is that of the highest accuracy.
 *
 * @param <E> an example
 */
public abstract class LabellingModel<E> extends TaskModel<E> {
  private final Labelling<E> labels;

  /** Creates a model without layers. */
  protected LabellingModel(Labelling<E> labels) {
    this.labels = labels;
  }

  /** Returns what the network reads of examples, whose labels may be missing. */
  protected abstract Batch inputs(List<E> examples);

  /** Computes the logits of the labels, in the order of the targets. */
  protected abstract Tensor logits(Tape tape, Batch batch);

  @Override
  public final Batch batch(List<E> examples) {
    return inputs(examples).withTargets(labels.targets(examples));
  }

  @Override
  public final Metric validation() {
    return Metrics.accuracy((tape, batch, state) -> logits(tape, batch));
  }

  @Override
  public final List<Outcome> predict(Tape tape, List<E> examples) {
    return labels.outcomes(examples, logits(tape, inputs(examples)));
  }
}

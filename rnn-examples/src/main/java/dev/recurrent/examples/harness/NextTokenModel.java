package dev.recurrent.examples.harness;

import static dev.recurrent.train.Losses.crossEntropySums;

import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import java.util.List;

/**
 * Is a language model of single texts: its logits are a subclass's, targets and predictions are
 * those of {@link NextTokens}. The best epoch is that of the lowest perplexity.
 *
 * @param <E> an example
 */
public abstract class NextTokenModel<E> extends TaskModel<E> {
  private final NextTokens<E> texts;

  /** Creates a model without layers. */
  protected NextTokenModel(NextTokens<E> texts) {
    this.texts = texts;
  }

  /** Computes the logits of each next token, {@code [N, vocabulary]}. */
  protected abstract Tensor logits(Tape tape, Batch batch);

  @Override
  public final int length(E example) {
    return texts.length(example);
  }

  @Override
  public final Batch batch(List<E> examples) {
    return texts.batch(examples);
  }

  @Override
  public final Metric validation() {
    return Metrics.PERPLEXITY;
  }

  @Override
  public final List<Outcome> predict(Tape tape, List<E> examples) {
    var batch = batch(examples);
    return texts.outcomes(examples, crossEntropySums(logits(tape, batch), batch.targets()));
  }
}

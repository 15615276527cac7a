package dev.recurrent.examples.harness;

import dev.recurrent.data.Rows;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import java.util.List;

/**
 * Is the model of a task: from examples to batches, from batches to a loss, and from examples to
 * what it predicts.
 *
 * @param <E> an example
 */
public abstract class TaskModel<E> extends Model {

  /** Creates a model without layers. */
  protected TaskModel() {}

  /** Returns the number of steps of an example; those of like lengths share a batch. */
  public abstract int length(E example);

  /** Makes a batch of examples that have targets. */
  public abstract Batch batch(List<E> examples);

  /** Computes the loss of a batch, a mean over its targets. */
  public abstract Tensor loss(Tape tape, Batch batch, RecurrentState state);

  /**
   * Predicts each of the examples; their targets may be missing.
   *
   * @param tape at the start of a pass of inference
   */
  public abstract List<Outcome> predict(Tape tape, List<E> examples);

  /**
   * Starts to predict from lines that arrive one by one. Refused unless overridden.
   *
   * @param rows is told of each malformed line
   */
  public Streaming streaming(Rows rows) {
    throw new IllegalArgumentException(
        "--input: expected a file, since this task does not read line by line, got standard input");
  }

  /** Returns what chooses the best epoch on the validation part; the loss unless overridden. */
  public Metric validation() {
    return Metrics.LOSS;
  }
}

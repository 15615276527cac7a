package dev.recurrent.examples.harness;

import dev.recurrent.data.Rows;
import dev.recurrent.tape.Tape;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Buckets;
import java.util.List;

/**
 * A model that goes example by example: mini-batches of examples of like lengths, in another order
 * at each epoch, and for each example what it predicts.
 *
 * @param <E> an example
 */
public abstract class TaskModel<E> extends TrainableModel<E> {

  /** Creates a model without layers. */
  protected TaskModel() {}

  /** Returns the number of steps of an example; those of like lengths share a batch. */
  public abstract int length(E example);

  /** Makes a batch of examples that have targets. */
  public abstract Batch batch(List<E> examples);

  @Override
  public final Batches trainingBatches(List<E> examples, Buckets.Order order) {
    return Buckets.of(examples, this::length, order, this::batch);
  }

  @Override
  public final Batches validationBatches(List<E> examples, int size) {
    return trainingBatches(examples, new Buckets.Order(size, 0));
  }

  /**
   * Predicts each of the examples; their targets may be missing.
   *
   * @param tape at the start of a pass of inference
   */
  public abstract List<Outcome> predict(Tape tape, List<E> examples);

  @Override
  public final List<Outcome> outcomes(List<E> examples, int size) {
    return Predictions.of(this, examples, size);
  }

  /**
   * Starts to predict from lines that arrive one by one. Refused unless overridden.
   *
   * @param rows is told of each malformed line
   */
  public Streaming streaming(Rows rows) {
    throw new IllegalArgumentException(
        "--input: expected a file, since this task does not read line by line, got standard input");
  }
}

package dev.recurrent.examples.harness;

import dev.recurrent.layer.Model;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Buckets;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import java.util.List;

/**
 * A model that a {@link Task} trains and scores: from a part of the data to batches, from a batch
 * to a loss, and from a part to what counts for the scores. Most are a {@link TaskModel}, which
 * goes example by example.
 *
 * @param <E> an example
 */
public abstract class TrainableModel<E> extends Model {

  /** Creates a model without layers. */
  protected TrainableModel() {}

  /**
   * Cuts what trains into batches.
   *
   * @param order the size of a batch and the seed of its order
   * @throws IllegalArgumentException if it is too little for one update
   */
  public abstract Batches trainingBatches(List<E> examples, Buckets.Order order);

  /**
   * Cuts what validates into batches.
   *
   * @param size that of a batch in training
   * @throws IllegalArgumentException if it is too little
   */
  public abstract Batches validationBatches(List<E> examples, int size);

  /** Computes the loss of a batch, a mean over its targets. */
  public abstract Tensor loss(Tape tape, Batch batch, RecurrentState state);

  /**
   * Returns what counts for the scores: rows of numbers that can be drawn again independently, such
   * as one for each example.
   *
   * @param size the number of examples that are predicted at once
   */
  public abstract List<Outcome> outcomes(List<E> examples, int size);

  /** Returns what chooses the best epoch on the validation part; the loss unless overridden. */
  public Metric validation() {
    return Metrics.LOSS;
  }

  /** Returns what is measured on the validation part besides; nothing unless overridden. */
  public List<Metric> otherValidations() {
    return List.of();
  }
}

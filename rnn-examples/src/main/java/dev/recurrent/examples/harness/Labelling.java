package dev.recurrent.examples.harness;

import dev.recurrent.score.Measure;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.util.List;

/**
 * Says how labels become targets, and logits predictions and scores.
 *
 * @param <E> an example
 */
public sealed interface Labelling<E> permits Labels, StepLabels {

  /** Returns the number of labels. */
  int size();

  /** Tells whether the labels of an example are known. */
  boolean isLabelled(E example);

  /** Returns those labels of an example that training has not shown, which count as wrong. */
  List<String> unseen(E example);

  /**
   * Returns the targets of examples.
   *
   * @throws IllegalArgumentException if those of one are not known
   */
  Sequences targets(List<E> examples);

  /** Returns the likeliest labels, with their scores where the right ones are known. */
  List<Outcome> outcomes(List<E> examples, Tensor logits);

  /** Returns the scores. */
  List<Measure> measures();

  /** Returns the outcomes of the test part without learning. */
  List<Outcome> baseline(Parts<E> parts);

  /** Draws which labels are taken for which as {@code confusion.png}, and prints it. */
  void report(Task.Report<E> report) throws IOException;
}

package dev.recurrent.examples.harness;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.Quoted;
import dev.recurrent.score.ConfusionMatrix;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what all many-to-one classifications share: classes as targets, logits as predictions, macro
 * F1 and accuracy as scores.
 *
 * @param <E> an example
 */
public final class Labels<E> implements Labelling<E> {
  private static final int WIDEST_TABLE = 50;

  /** The name of all classes that training has not shown. */
  private static final String NOT_SHOWN = "(not in training)";

  private final Vocabulary classes;
  private final Function<E, String> text;
  private final Function<E, @Nullable String> label;

  /**
   * Says which classes there are.
   *
   * @param text what an example is called in predictions
   * @param label the class of an example; null where it is not known
   */
  public Labels(Vocabulary classes, Function<E, String> text, Function<E, @Nullable String> label) {
    this.classes = classes;
    this.text = text;
    this.label = label;
  }

  /** Collects the classes of examples. */
  public static <E> Vocabulary collect(List<E> examples, Function<E, @Nullable String> label) {
    var found = new ArrayList<List<String>>();
    for (int i = 0; i < examples.size(); i++) {
      var one = label.apply(examples.get(i));
      if (one == null) {
        throw new IllegalArgumentException(
            "label: expected one for each example, got none in example " + (i + 1));
      }
      found.add(List.of(one));
    }
    return requireSeveral(Vocabulary.ofTokens(found, Vocabulary.Selection.ALL));
  }

  /** Returns classes, of which there must be at least two, or there would be nothing to learn. */
  public static Vocabulary requireSeveral(Vocabulary classes) {
    if (classes.size() < 2) {
      throw new IllegalArgumentException(
          "classes: expected at least 2 in what trains, got only "
              + String.join(", ", classes.tokens().stream().map(Quoted::quote).toList()));
    }
    return classes;
  }

  @Override
  public int size() {
    return classes.size();
  }

  @Override
  public boolean isLabelled(E example) {
    return label.apply(example) != null;
  }

  @Override
  public List<String> unseen(E example) {
    var one = label.apply(example);
    return one == null || classes.has(one) ? List.of() : List.of(one);
  }

  /** Returns the targets of examples, {@code [B]}. */
  @Override
  public Sequences targets(List<E> examples) {
    var targets = new int[examples.size()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = target(examples.get(i));
    }
    return Sequences.ofLabels(targets);
  }

  /**
   * Returns the likeliest class of each example, with its probability; logits {@code [B, classes]}.
   */
  @Override
  public List<Outcome> outcomes(List<E> examples, Tensor logits) {
    var values = logits.toArray();
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < examples.size(); i++) {
      outcomes.add(outcome(examples.get(i), values, i * classes.size()));
    }
    return outcomes;
  }

  private Outcome outcome(E example, float[] logits, int from) {
    int best = Numbers.largest(classes.size(), c -> logits[from + c]);
    double sum = 0;
    for (int c = 0; c < classes.size(); c++) {
      sum += Math.exp(logits[from + c] - logits[from + best]);
    }
    var fields = new LinkedHashMap<String, Object>();
    fields.put("input", text.apply(example));
    fields.put("class", classes.token(best));
    fields.put("probability", Numbers.rounded(1 / sum, 4));
    return label.apply(example) == null
        ? Outcome.of(fields)
        : new Outcome(fields, statistics(best, target(example)));
  }

  /** Returns the number of an example's class; of one that training has not shown, one more. */
  private int target(E example) {
    var one = label.apply(example);
    if (one == null) {
      throw new IllegalArgumentException(
          "label of \"%s\": expected one of the %d classes of the model, got none"
              .formatted(text.apply(example), classes.size()));
    }
    return classes.has(one) ? classes.index(one) : size();
  }

  private List<double[]> statistics(int predicted, int target) {
    var one = new int[] {predicted};
    var right = new int[] {target};
    return List.of(Statistics.confusions(one, right, size() + 1), Statistics.hits(one, right));
  }

  /**
   * Returns macro F1, in which each class counts the same, those that training has not shown as
   * one, and accuracy.
   */
  @Override
  public List<Measure> measures() {
    return List.of(Measures.macroF1(size() + 1), Measures.ACCURACY);
  }

  /** Returns the outcomes of always predicting the most frequent class of the training part. */
  @Override
  public List<Outcome> baseline(Parts<E> parts) {
    var counts = new int[size()];
    parts.training().forEach(example -> counts[target(example)]++);
    int always = Numbers.largest(counts.length, c -> counts[c]);
    return parts.test().stream()
        .map(example -> new Outcome(Map.of(), statistics(always, target(example))))
        .toList();
  }

  /** {@inheritDoc} It is printed where there are not too many classes. */
  @Override
  public void report(Task.Report<E> report) throws IOException {
    boolean all = report.examples().stream().allMatch(example -> target(example) < size());
    var names = new ArrayList<>(classes.tokens());
    names.addAll(all ? List.of() : List.of(NOT_SHOWN));
    var matrix = new ConfusionMatrix(names);
    for (int i = 0; i < report.examples().size(); i++) {
      var predicted = String.valueOf(report.outcomes().get(i).fields().get("class"));
      matrix.add(
          new int[] {classes.index(predicted)}, new int[] {target(report.examples().get(i))});
    }
    if (size() <= WIDEST_TABLE) {
      report.out().println(matrix.toTable());
    }
    ConfusionPicture.draw(matrix, report.folder().resolve("confusion.png"));
  }
}

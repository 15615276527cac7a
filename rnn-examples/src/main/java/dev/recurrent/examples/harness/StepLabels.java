package dev.recurrent.examples.harness;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.score.ConfusionMatrix;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what all labellings of steps share (many-to-many, one label for each word): labels as
 * targets, logits as predictions, and scores, for words that did not occur in training also apart.
 *
 * @param <E> an example
 */
public final class StepLabels<E> implements Labelling<E> {
  private static final int WIDEST_TABLE = 20;
  private static final Measure UNSEEN = Measures.ACCURACY.named("accuracy of unseen words");

  private final Vocabulary labels;
  private final Vocabulary seen;
  private final Function<E, List<String>> words;
  private final Function<E, @Nullable List<String>> labelling;

  /**
   * Says which labels there are.
   *
   * @param seen the words that occur in training
   * @param words those of an example
   * @param labelling the label of each word of an example; null where they are not known
   */
  public StepLabels(
      Vocabulary labels,
      Vocabulary seen,
      Function<E, List<String>> words,
      Function<E, @Nullable List<String>> labelling) {
    this.labels = labels;
    this.seen = seen;
    this.words = words;
    this.labelling = labelling;
  }

  /** Collects the labels of examples. */
  public static <E> Vocabulary collect(
      List<E> examples, Function<E, @Nullable List<String>> labelling) {
    var found = new ArrayList<List<String>>();
    for (int i = 0; i < examples.size(); i++) {
      var one = labelling.apply(examples.get(i));
      if (one == null) {
        throw new IllegalArgumentException(
            "label: expected one for each word of each example, got none in example " + (i + 1));
      }
      found.add(one);
    }
    return Labels.requireSeveral(Vocabulary.ofTokens(found, Vocabulary.Selection.ALL));
  }

  @Override
  public boolean isLabelled(E example) {
    return labelling.apply(example) != null;
  }

  @Override
  public List<String> unseen(E example) {
    var its = labelling.apply(example);
    return its == null ? List.of() : its.stream().filter(label -> !labels.has(label)).toList();
  }

  @Override
  public int size() {
    return labels.size();
  }

  /** Returns the targets of examples, one for each word. */
  @Override
  public Sequences targets(List<E> examples) {
    return Sequences.ofTokens(examples.stream().map(this::target).toList());
  }

  /** Returns the likeliest label of each word; logits {@code [N, labels]}, packed. */
  @Override
  public List<Outcome> outcomes(List<E> examples, Tensor logits) {
    var rows = logits.unpack();
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < examples.size(); i++) {
      var predicted =
          Arrays.stream(rows.get(i))
              .mapToInt(row -> Numbers.largest(row.length, c -> row[c]))
              .toArray();
      outcomes.add(outcome(examples.get(i), predicted));
    }
    return outcomes;
  }

  /** Returns the scores: of all words, of those that did not occur in training, of examples. */
  @Override
  public List<Measure> measures() {
    return List.of(Measures.ACCURACY, UNSEEN, Measures.EXACT_MATCH);
  }

  /**
   * Returns the outcomes of giving each word the label that it has most often in training, and
   * words that do not occur there the most frequent label of all.
   */
  @Override
  public List<Outcome> baseline(Parts<E> parts) {
    var counts = new HashMap<String, int[]>();
    var all = new int[size()];
    for (var example : parts.training()) {
      var itsWords = words.apply(example);
      var target = target(example);
      for (int i = 0; i < target.length; i++) {
        counts.computeIfAbsent(itsWords.get(i), word -> new int[size()])[target[i]]++;
        all[target[i]]++;
      }
    }
    return parts.test().stream()
        .map(
            example ->
                outcome(
                    example,
                    words.apply(example).stream()
                        .map(word -> counts.getOrDefault(word, all))
                        .mapToInt(of -> Numbers.largest(of.length, c -> of[c]))
                        .toArray()))
        .toList();
  }

  /** {@inheritDoc} It is printed where there are not too many labels. */
  @Override
  public void report(Task.Report<E> report) throws IOException {
    var matrix = new ConfusionMatrix(labels.tokens());
    for (int i = 0; i < report.examples().size(); i++) {
      var predicted = String.valueOf(report.outcomes().get(i).fields().get("labels"));
      matrix.add(
          labels.encode(List.of(predicted.split(" ", -1))),
          known(target(report.examples().get(i))));
    }
    if (size() <= WIDEST_TABLE) {
      report.out().println(matrix.toTable());
    }
    ConfusionPicture.draw(matrix, report.folder().resolve("confusion.png"));
  }

  private Outcome outcome(E example, int[] predicted) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("words", String.join(" ", words.apply(example)));
    fields.put("labels", String.join(" ", labels.decode(predicted)));
    if (labelling.apply(example) == null) {
      return Outcome.of(fields);
    }
    var target = target(example);
    var unseen = target.clone();
    var itsWords = words.apply(example);
    for (int i = 0; i < unseen.length; i++) {
      unseen[i] = seen.has(itsWords.get(i)) ? Sequences.IGNORED : unseen[i];
    }
    return new Outcome(
        fields,
        List.of(
            Statistics.hits(predicted, target),
            Statistics.hits(predicted, unseen),
            Statistics.exactMatch(predicted, target)));
  }

  /** Returns the numbers of an example's labels; of one that training has not shown, none's. */
  private int[] target(E example) {
    var given = labelling.apply(example);
    if (given == null) {
      throw new IllegalArgumentException(
          "labels of \""
              + String.join(" ", words.apply(example))
              + "\": expected one for each word, got none");
    }
    return given.stream().mapToInt(l -> labels.has(l) ? labels.index(l) : size()).toArray();
  }

  private int[] known(int[] target) {
    return Arrays.stream(target).map(t -> t < size() ? t : Sequences.IGNORED).toArray();
  }
}

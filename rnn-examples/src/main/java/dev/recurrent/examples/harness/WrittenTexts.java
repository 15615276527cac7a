package dev.recurrent.examples.harness;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.BeamSearch;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.train.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what tasks share that write one right text for each example: its tokens as targets, decoded
 * sequences as predictions, and as the score the share of texts that are right in each character.
 *
 * @param <E> an example
 * @param vocabulary with {@link Vocabulary#BEGIN} and {@link Vocabulary#END}
 * @param tokenizer cuts texts, and joins what was written
 * @param text the right text of an example; null where it is not known
 */
public record WrittenTexts<E>(
    Vocabulary vocabulary, Tokenizer tokenizer, Function<E, @Nullable String> text) {

  /**
   * Collects the different texts of examples.
   *
   * @throws IllegalArgumentException if that of one is not known
   */
  public static <E> List<String> collect(List<E> examples, Function<E, @Nullable String> text) {
    return examples.stream().map(example -> required(example, text)).distinct().toList();
  }

  /** Returns a batch in which each token is to be said from the right ones before it. */
  public Batch batch(List<E> examples) {
    return TeacherForcing.batch(
        vocabulary,
        examples.stream().map(example -> tokenizer.tokens(required(example, text))).toList());
  }

  /** Returns the tokens with which so many texts begin. */
  public int[] begins(int count) {
    var begins = new int[count];
    Arrays.fill(begins, vocabulary.index(Vocabulary.BEGIN));
    return begins;
  }

  /** Returns the search for the best texts of at most so many tokens, the end included. */
  public BeamSearch search(int width, int maximumLength) {
    return BeamSearch.width(width)
        .endToken(vocabulary.index(Vocabulary.END))
        .maximumLength(maximumLength);
  }

  /** Returns what was written for each example. */
  public List<Outcome> outcomes(List<E> examples, List<Hypothesis> written) {
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < examples.size(); i++) {
      outcomes.add(outcome(examples.get(i), written.get(i)));
    }
    return outcomes;
  }

  private Outcome outcome(E example, Hypothesis best) {
    var written = tokenizer.join(vocabulary.decode(best.toArray()));
    var fields = new LinkedHashMap<String, Object>();
    fields.put("input", example.toString());
    fields.put("text", written);
    fields.put("probability", Numbers.rounded(Math.exp(best.logProbability()), 4));
    var right = text.apply(example);
    return right == null
        ? Outcome.of(fields)
        : new Outcome(fields, List.of(exactMatch(written, right)));
  }

  private static double[] exactMatch(String written, String right) {
    return Statistics.exactMatch(written.codePoints().toArray(), right.codePoints().toArray());
  }

  /** Returns the score: the share of texts that are right in each character. */
  public List<Measure> measures() {
    return List.of(Measures.EXACT_MATCH);
  }

  /** Returns the outcomes of always writing the most frequent text of the training part. */
  public List<Outcome> baseline(Parts<E> parts) {
    var texts = parts.training().stream().map(example -> List.of(required(example, text)));
    var always = Vocabulary.ofTokens(texts.toList(), Vocabulary.Selection.ALL).token(0);
    return parts.test().stream()
        .map(example -> Outcome.of(exactMatch(always, required(example, text))))
        .toList();
  }

  private static <E> String required(E example, Function<E, @Nullable String> text) {
    var right = text.apply(example);
    if (right == null) {
      throw new IllegalArgumentException(example + ": expected a text, got none");
    }
    return right;
  }
}

package dev.recurrent.examples.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/**
 * Does what language models of single texts share: each token as the target of those before it, the
 * perplexity as the score, and texts of the model's own to look at.
 *
 * @param <E> an example
 * @param vocabulary with {@link Vocabulary#BEGIN}, {@link Vocabulary#END} and {@link
 *     Vocabulary#UNKNOWN}
 * @param tokenizer cuts texts
 * @param text that of an example
 */
public record NextTokens<E>(Vocabulary vocabulary, Tokenizer tokenizer, Function<E, String> text) {
  private static final int SAMPLES = 20;

  /** Returns the number of targets of an example: its tokens and the end. */
  public int length(E example) {
    return tokenizer.tokens(text.apply(example)).size() + 1;
  }

  /** Returns a batch in which each token is to be said from those before it. */
  public Batch batch(List<E> examples) {
    return TeacherForcing.batch(
        vocabulary, examples.stream().map(e -> tokenizer.tokens(text.apply(e))).toList());
  }

  private int[] targets(List<E> examples) {
    return batch(examples).targets().packedTokens();
  }

  /** Returns how likely each example is; {@code nats} are the sums of its targets' losses. */
  public List<Outcome> outcomes(List<E> examples, double[] nats) {
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < nats.length; i++) {
      int targets = length(examples.get(i));
      var fields = new LinkedHashMap<String, Object>();
      fields.put("input", text.apply(examples.get(i)));
      fields.put("perplexity", Numbers.rounded(Math.exp(nats[i] / targets), 2));
      outcomes.add(new Outcome(fields, List.of(new double[] {nats[i], targets})));
    }
    return outcomes;
  }

  /** Returns the score: the perplexity. */
  public List<Measure> measures() {
    return List.of(Measures.PERPLEXITY);
  }

  /** Returns the outcomes of drawing each token by its frequency in the training part. */
  public List<Outcome> baseline(Parts<E> parts) {
    var counts = new double[vocabulary.size()];
    Arrays.fill(counts, 1); // none is impossible
    double all = counts.length;
    for (int token : targets(parts.training())) {
      counts[token]++;
      all++;
    }
    var outcomes = new ArrayList<Outcome>();
    for (var example : parts.test()) {
      double nats = 0;
      var targets = targets(List.of(example));
      for (int token : targets) {
        nats -= Math.log(counts[token] / all);
      }
      outcomes.add(Outcome.of(new double[] {nats, targets.length}));
    }
    return outcomes;
  }

  /**
   * Says how many targets are unknown, and writes texts of the model's own, {@code samples.txt}.
   */
  public void report(Task.Report<E> report, long seed) throws IOException {
    var out = report.out();
    var targets = targets(report.examples());
    int unknown = vocabulary.index(Vocabulary.UNKNOWN);
    long count = Arrays.stream(targets).filter(target -> target == unknown).count();
    out.println(
        Numbers.format(
            "words    %,d with the ends, %.1f %% of them unknown and counted as one word",
            targets.length, 100.0 * count / targets.length));
    if (report.model() instanceof SentenceWriter writer) {
      var written = writer.write("", SAMPLES, 1, seed);
      var file = report.folder().resolve("samples.txt");
      AtomicFiles.write(file, (String.join("\n", written) + "\n").getBytes(UTF_8));
      out.println("written  " + written.getFirst() + " (more in " + file + ")");
    }
  }
}

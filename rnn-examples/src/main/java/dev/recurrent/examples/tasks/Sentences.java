package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;
import static dev.recurrent.train.Losses.crossEntropySums;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.cell.Initializer;
import dev.recurrent.data.KeyedText;
import dev.recurrent.data.KeyedTexts;
import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.KeyLists;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.RecurrentWriter;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.harness.TeacherForcing;
import dev.recurrent.examples.harness.TextWriter;
import dev.recurrent.examples.made.MadeCaptions;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One-to-many: sentences out of nothing but a beginning, word by word, such as captions. A language
 * model of single sentences (Mikolov et al. 2010, "Recurrent neural network based language model")
 * whose output shares the embedding's vectors (Press and Wolf 2017, "Using the output embedding to
 * improve language models").
 */
@Command(
    name = "sentences",
    header = "One-to-many, words: writes sentences such as captions, and says how likely one is.",
    description = {
      "",
      "Reads a text with a sentence in each line, after KEY#NUMBER and a tab where there are keys:"
          + " sentences of one key, such as the captions of one image, stay in one part."
    })
public final class Sentences extends Task<KeyedText> {
  private static final Tokenizer WORDS = Tokenizer.words(LetterCase.LOWER);
  private static final int SAMPLES = 20;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      order = 31,
      defaultValue = "5",
      converter = Numbers.AtLeastOne.class,
      description = "How often a word must occur to be known. Default: ${DEFAULT-VALUE}")
  private int minimumCount = 5;

  @Mixin private KeyLists lists;

  // Data: sentences and their keys.

  @Override
  protected List<KeyedText> read(Path path, Rows rows) throws IOException {
    return KeyedTexts.read(path, rows);
  }

  @Override
  protected List<List<KeyedText>> split(List<KeyedText> all, long seed, double... shares)
      throws IOException {
    return lists.split(all, KeyedText::key, seed, shares);
  }

  @Override
  protected Parts<KeyedText> sample(long seed) {
    return new Parts<>(
        MadeCaptions.of(700, seed), MadeCaptions.of(100, seed + 1), MadeCaptions.of(100, seed + 2));
  }

  @Override
  protected Facts learn(List<KeyedText> training) {
    var selection = new Vocabulary.Selection(minimumCount, Integer.MAX_VALUE);
    return Facts.none()
        .with(
            "words",
            Vocabulary.ofTokens(words(training), selection)
                .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END));
  }

  private static List<List<String>> words(List<KeyedText> sentences) {
    return sentences.stream().map(sentence -> WORDS.tokens(sentence.text())).toList();
  }

  // Model: each word from those before it.

  @Override
  protected TaskModel<KeyedText> model(Facts facts) {
    return new SentenceModel(facts.vocabulary("words"));
  }

  private final class SentenceModel extends TaskModel<KeyedText>
      implements DecoderVocabulary, TextWriter {
    private final Vocabulary words;
    private final Embedding embedding;
    private final Dropout dropout;
    private final Recurrent recurrent;
    private final Dense narrow;
    private final Dense output;

    SentenceModel(Vocabulary words) {
      this.words = words;
      var s = settings();
      embedding =
          add(
              "embedding",
              Embedding.of(words.size(), s.embed()).initialized(Initializer.uniform(0.1)));
      dropout = add("dropout", Dropout.of(s.dropout()));
      recurrent =
          add(
              "recurrent",
              Recurrent.of(cell(), s.embed(), s.hidden()).layers(s.layers()).dropout(s.dropout()));
      narrow = add("narrow", Dense.of(s.hidden(), s.embed()));
      output = add("output", Dense.tiedTo(embedding));
    }

    @Override
    public int length(KeyedText example) {
      return WORDS.tokens(example.text()).size() + 1;
    }

    @Override
    public Batch batch(List<KeyedText> examples) {
      return TeacherForcing.batch(words, words(examples));
    }

    @Override
    public Tensor embed(Tape tape, Sequences tokens) {
      return dropout.on(tape, embedding.on(tape, tokens));
    }

    @Override
    public Tensor logits(Tape tape, Tensor states) { // [N, words]
      return output.on(tape, narrow.on(tape, dropout.on(tape, states)));
    }

    private Tensor logits(Tape tape, Batch batch) {
      return logits(tape, recurrent.on(tape, embed(tape, batch.inputs())));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch), batch.targets());
    }

    @Override
    public Metric validation() {
      return Metrics.PERPLEXITY;
    }

    @Override
    public List<Outcome> predict(Tape tape, List<KeyedText> examples) {
      var batch = batch(examples);
      var nats = crossEntropySums(logits(tape, batch), batch.targets());
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < nats.length; i++) {
        int targets = length(examples.get(i));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("input", examples.get(i).text());
        fields.put("perplexity", Numbers.format("%.2f", Math.exp(nats[i] / targets)));
        outcomes.add(new Outcome(fields, List.of(new double[] {nats[i], targets})));
      }
      return outcomes;
    }

    @Override
    public List<String> write(String beginning, int count, double temperature, long seed) {
      return new RecurrentWriter(recurrent, this, words, WORDS)
          .write(beginning, count, temperature, seed);
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings =
        Settings.of("lstm", 384).embed(256).dropout(0.5).batch(64).epochs(20, 2).learning(1e-3, 5);
    return effort == Effort.FULL
        ? settings
        : Settings.of("lstm", 64).embed(32).batch(32).epochs(6, 2).learning(1e-2, 5);
  }

  @Override
  protected String unit() {
    return "words";
  }

  // Evaluation: perplexity, beside that of words drawn by their frequency.

  @Override
  protected List<Measure> measures(Facts facts) {
    return List.of(Measures.PERPLEXITY);
  }

  @Override
  protected List<Outcome> baseline(Parts<KeyedText> parts, Facts facts) {
    var words = facts.vocabulary("words");
    var counts = new double[words.size()];
    Arrays.fill(counts, 1); // none is impossible
    double all = counts.length;
    for (int word : targets(words, parts.training())) {
      counts[word]++;
      all++;
    }
    var outcomes = new ArrayList<Outcome>();
    for (var sentence : parts.test()) {
      double nats = 0;
      var targets = targets(words, List.of(sentence));
      for (int word : targets) {
        nats -= Math.log(counts[word] / all);
      }
      outcomes.add(Outcome.of(new double[] {nats, targets.length}));
    }
    return outcomes;
  }

  private static int[] targets(Vocabulary words, List<KeyedText> sentences) {
    return TeacherForcing.batch(words, words(sentences)).targets().packedTokens();
  }

  @Override
  protected void report(Report<KeyedText> report) throws IOException {
    var words = report.facts().vocabulary("words");
    var targets = targets(words, report.examples());
    long unknown = Arrays.stream(targets).filter(t -> t == words.index(Vocabulary.UNKNOWN)).count();
    report
        .out()
        .println(
            Numbers.format(
                "words    %,d with the ends, %.1f %% of them unknown and counted as one word",
                targets.length, 100.0 * unknown / targets.length));
    if (report.model() instanceof TextWriter writer) {
      var written = writer.write("", SAMPLES, 1, seed());
      var file = report.folder().resolve("samples.txt");
      AtomicFiles.write(file, (String.join("\n", written) + "\n").getBytes(UTF_8));
      report.out().println("written  " + written.getFirst() + " (more in " + file + ")");
    }
  }
}

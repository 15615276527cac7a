package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;
import static dev.recurrent.train.Losses.crossEntropySums;

import dev.recurrent.cell.Initializer;
import dev.recurrent.data.KeyedText;
import dev.recurrent.data.KeyedTexts;
import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.KeyLists;
import dev.recurrent.examples.harness.NextTokens;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.RecurrentWriter;
import dev.recurrent.examples.harness.SentenceWriter;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Streaming;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeCaptions;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    return Parts.made(700, 100, seed, MadeCaptions::of);
  }

  @Override
  protected Facts learn(List<KeyedText> training) {
    var selection = new Vocabulary.Selection(minimumCount, Integer.MAX_VALUE);
    var words = training.stream().map(sentence -> WORDS.tokens(sentence.text())).toList();
    var known = Vocabulary.ofTokens(words, selection);
    return Facts.none()
        .with("words", known.withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END));
  }

  private static NextTokens<KeyedText> texts(Facts facts) {
    return new NextTokens<>(facts.vocabulary("words"), WORDS, KeyedText::text);
  }

  // Model: each word from those before it.

  @Override
  protected TaskModel<KeyedText> model(Facts facts) {
    return new SentenceModel(facts);
  }

  private final class SentenceModel extends TaskModel<KeyedText>
      implements DecoderVocabulary, SentenceWriter {
    private final NextTokens<KeyedText> texts;
    private final Vocabulary words;
    private final Embedding embedding;
    private final Dropout dropout = add("dropout", Dropout.of(settings().dropout()));
    private final Recurrent recurrent;
    private final Dense narrow;
    private final Dense output;

    SentenceModel(Facts facts) {
      texts = texts(facts);
      words = texts.vocabulary();
      int embed = settings().embed();
      var vectors = Embedding.of(words.size(), embed).initialized(Initializer.uniform(0.1));
      embedding = add("embedding", vectors);
      recurrent = add("recurrent", recurrent(embed));
      narrow = add("narrow", Dense.of(settings().hidden(), embed));
      output = add("output", Dense.tiedTo(embedding));
    }

    @Override
    public int length(KeyedText sentence) {
      return texts.length(sentence);
    }

    @Override
    public Batch batch(List<KeyedText> sentences) {
      return texts.batch(sentences);
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
    public List<Outcome> predict(Tape tape, List<KeyedText> sentences) {
      var batch = batch(sentences);
      var nats = crossEntropySums(logits(tape, batch), batch.targets());
      return texts.outcomes(sentences, nats);
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a sentence
      return Streaming.of(this, (place, line) -> Optional.of(KeyedTexts.line(place, line)));
    }

    @Override
    public List<String> write(String beginning, int count, double temperature, long seed) {
      var writer = new RecurrentWriter(recurrent, this, words, WORDS);
      return writer.write(beginning, count, temperature, seed);
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
    return texts(facts).measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<KeyedText> parts, Facts facts) {
    return texts(facts).baseline(parts);
  }

  @Override
  protected void report(Report<KeyedText> report) throws IOException {
    texts(report.facts()).report(report, seed());
  }
}

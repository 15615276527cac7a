package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.SentencePair;
import dev.recurrent.data.SentencePairs;
import dev.recurrent.data.TextFile;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.BeamSearch;
import dev.recurrent.decode.DecoderSteps;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.examples.harness.AttentionPicture;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.ScoreByLength;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeTranslations;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.Attention;
import dev.recurrent.layer.AttentionDecoder;
import dev.recurrent.layer.DecoderFeedback;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentResult;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Bleu;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many-to-many of unequal lengths: translation by an encoder and a decoder (Sutskever et al. 2014,
 * "Sequence to sequence learning with neural networks") with attention (Luong et al. 2015,
 * "Effective approaches to attention-based neural machine translation"; Bahdanau et al. 2015 for
 * the additive score and the encoder of both directions).
 */
@Command(
    name = "translate",
    header = "Many-to-many of unequal lengths, words: translation, with or without attention.",
    description = {
      "",
      "Reads lines of a sentence, a tab and its translation, or two files of which line n of one"
          + " translates line n of the other. A sentence with several translations learns from all"
          + " of them, and is tested against all of them; it is in one part only."
    })
public final class Translate extends Task<Translate.Sentence> {
  private static final Tokenizer WORDS = Tokenizer.clitics(LetterCase.KEEP);
  private static final String READ = "read";
  private static final String TRANSLATION = "translation";
  private static final String BY_LENGTH = "bleu-by-length";

  /** The longest source of each group in the score by length. */
  private static final int[] LENGTHS = {5, 8, 12, 17};

  /** How many test sentences of at least which length show their attention. */
  private static final int SHOWN = 4;

  private static final int SHOWN_LENGTH = 8;

  @Option(
      names = "--target-data",
      paramLabel = "FILE",
      description = "Translations of the lines of --data, which then has no tabs.")
  private @Nullable Path targetData;

  @Option(
      names = "--attention",
      paramLabel = "SCORE",
      defaultValue = "general",
      description = "Score of attention: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Scoring attention = Scoring.GENERAL;

  @Option(
      names = "--input-feeding",
      description = "Feed what was attended to into the next step: slower, step by step.")
  private boolean inputFeeding;

  @Option(
      names = "--teacher-forcing",
      paramLabel = "P",
      defaultValue = "1",
      converter = Numbers.Share.class,
      description =
          "Probability that a step of training reads the true word before it and not its own"
              + " (scheduled sampling); below 1 is slower. Default: ${DEFAULT-VALUE}")
  private double teacherForcing = 1;

  @Option(
      names = "--label-smoothing",
      paramLabel = "P",
      defaultValue = "0.1",
      converter = Numbers.Rate.class,
      description = "Share of a target that goes to all words. Default: ${DEFAULT-VALUE}")
  private double labelSmoothing = 0.1;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      defaultValue = "10000",
      converter = Numbers.AtLeastOne.class,
      description = "At most so many words of each language. Default: ${DEFAULT-VALUE}")
  private int vocabularySize = 10_000;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      defaultValue = "2",
      converter = Numbers.AtLeastOne.class,
      description = "Words that occur less often are all one. Default: ${DEFAULT-VALUE}")
  private int minCount = 2;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      defaultValue = "30",
      converter = Numbers.AtLeastOne.class,
      description = "No longer sentences are trained on; all are tested. Default: ${DEFAULT-VALUE}")
  private int maxLength = 30;

  @Option(
      names = "--beam",
      paramLabel = "N",
      defaultValue = "4",
      converter = Numbers.AtLeastOne.class,
      description = "Translations kept in the search; 1 is greedy. Default: ${DEFAULT-VALUE}")
  private int beam = 4;

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      defaultValue = "0.6",
      converter = Numbers.NotNegative.class,
      description = "Above 0 favours longer translations. Default: ${DEFAULT-VALUE}")
  private double lengthPenalty = 0.6;

  @Option(
      names = "--beside",
      paramLabel = "DIR",
      description = "Folder of a finished run to draw beside this one in bleu-by-length.png.")
  private @Nullable Path beside;

  private int tooLong;

  private enum Scoring {
    NONE,
    DOT,
    GENERAL,
    ADDITIVE
  }

  /**
   * Is a sentence and its translations: one where it trains, all that are known where it tests,
   * none where only the model's is wanted.
   */
  record Sentence(String text, List<String> translations) {}

  // Data: a sentence and its translations, so that no part has a sentence of another part.

  @Override
  protected List<Sentence> read(Path path, Rows rows) throws IOException {
    return SentencePairs.areIn(path)
        ? sentences(SentencePairs.read(path, rows))
        : TextFile.lines(path, rows).stream().map(t -> new Sentence(t, List.of())).toList();
  }

  @Override
  protected List<Sentence> readTraining(Path path, Rows rows) throws IOException {
    return sentences(
        targetData == null
            ? SentencePairs.read(path, rows)
            : SentencePairs.read(path, targetData, rows));
  }

  @Override
  protected Parts<Sentence> sample(long seed) throws IOException {
    var parts = split(sentences(MadeTranslations.of(2500, seed)), seed, 0.8, 0.1, 0.1);
    return new Parts<>(parts.get(0), parts.get(1), parts.get(2));
  }

  private static List<Sentence> sentences(List<SentencePair> pairs) {
    var translations = new LinkedHashMap<String, List<String>>();
    pairs.forEach(
        p -> translations.computeIfAbsent(p.source(), _ -> new ArrayList<>()).add(p.target()));
    return translations.entrySet().stream()
        .map(e -> new Sentence(e.getKey(), List.copyOf(e.getValue())))
        .toList();
  }

  @Override
  protected Parts<Sentence> parts(Rows rows) throws IOException {
    if (attention == Scoring.NONE && inputFeeding) {
      throw wrongUsage("--input-feeding: expected an --attention, got none");
    }
    var parts = super.parts(rows);
    var all = onePerTranslation(parts.training());
    var training = all.stream().filter(s -> length(s) <= maxLength).toList();
    tooLong = all.size() - training.size();
    return new Parts<>(training, onePerTranslation(parts.validation()), parts.test());
  }

  private static List<Sentence> onePerTranslation(List<Sentence> sentences) {
    return sentences.stream()
        .flatMap(s -> s.translations().stream().map(t -> new Sentence(s.text(), List.of(t))))
        .toList();
  }

  private static int length(Sentence sentence) {
    int longest = WORDS.tokens(sentence.text()).size();
    for (var translation : sentence.translations()) {
      longest = Math.max(longest, WORDS.tokens(translation).size());
    }
    return longest;
  }

  @Override
  protected List<String> notes() {
    var note = "%,d pairs of more than %d words left out of training";
    return tooLong == 0 ? List.of() : List.of(Numbers.format(note, tooLong, maxLength));
  }

  @Override
  protected Facts learn(List<Sentence> training) {
    return Facts.none()
        .with("source", vocabulary(training, Sentence::text))
        .with("target", vocabulary(training, s -> s.translations().getFirst()));
  }

  private Vocabulary vocabulary(List<Sentence> training, Function<Sentence, String> text) {
    var words = training.stream().map(s -> WORDS.tokens(text.apply(s))).toList();
    return Vocabulary.ofTokens(words, new Vocabulary.Selection(minCount, vocabularySize))
        .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END);
  }

  // Model: one network reads the sentence in both directions, another one writes the translation.

  @Override
  protected TaskModel<Sentence> model(Facts facts) {
    return new Translator(facts.vocabulary("source"), facts.vocabulary("target"));
  }

  private final class Translator extends TaskModel<Sentence> {
    private final Vocabulary source;
    private final Vocabulary target;
    private final Embedding sourceEmbedding;
    private final Embedding targetEmbedding;
    private final Recurrent encoder;
    private final AttentionDecoder decoder;
    private final Dropout dropout;
    private final Dense output;

    Translator(Vocabulary source, Vocabulary target) {
      this.source = source;
      this.target = target;
      var s = settings();
      // A dot product is of vectors of one size: both directions together have the decoder's.
      int each = attention == Scoring.DOT ? Math.ceilDiv(s.hidden(), 2) : s.hidden();
      int hidden = attention == Scoring.DOT ? 2 * each : s.hidden();
      sourceEmbedding = add("sourceEmbedding", Embedding.of(source.size(), s.embed()));
      targetEmbedding = add("targetEmbedding", Embedding.of(target.size(), s.embed()));
      encoder =
          add(
              "encoder",
              Recurrent.of(cell(), s.embed(), each)
                  .layers(s.layers())
                  .dropout(s.dropout())
                  .bidirectional());
      decoder =
          add(
              "decoder",
              attending(AttentionDecoder.of(cell(), s.embed(), hidden))
                  .encoder(encoder)
                  .layers(s.layers())
                  .dropout(s.dropout()));
      dropout = add("dropout", Dropout.of(s.dropout()));
      output = add("output", Dense.of(hidden, target.size()));
    }

    private AttentionDecoder attending(AttentionDecoder plain) {
      var attends =
          switch (attention) {
            case NONE -> plain;
            case DOT -> plain.attention(Attention.dot());
            case GENERAL -> plain.attention(Attention.general());
            case ADDITIVE -> plain.attention(Attention.additive(settings().hidden()));
          };
      return inputFeeding ? attends.inputFeeding() : attends;
    }

    @Override
    public int length(Sentence sentence) {
      return Translate.length(sentence);
    }

    @Override
    public Batch batch(List<Sentence> sentences) {
      var written = new ArrayList<int[]>();
      var read = new ArrayList<int[]>();
      for (var sentence : sentences) {
        var words = WORDS.tokens(sentence.translations().getFirst());
        written.add(target.encode(with(words, Vocabulary.END, words.size())));
        read.add(target.encode(with(words, Vocabulary.BEGIN, 0)));
      }
      return Batch.of(sources(sentences), Sequences.ofTokens(written))
          .with(READ, Sequences.ofTokens(read));
    }

    private Sequences sources(List<Sentence> sentences) {
      return Sequences.ofTokens(
          sentences.stream().map(s -> source.encode(sourceWords(s))).toList());
    }

    private RecurrentResult encode(Tape tape, Sequences sentences) {
      return encoder.run(tape, dropout.on(tape, sourceEmbedding.on(tape, sentences)));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      boolean training = tape.mode() == Mode.TRAINING;
      var encoded = encode(tape, batch.inputs());
      var read = batch.get(READ);
      var states = // [N, hidden]
          training && teacherForcing < 1
              ? decoder
                  .run(tape, encoded, read, new DecoderFeedback(words(), teacherForcing))
                  .output()
              : decoder.teacherForced(
                  tape, encoded, dropout.on(tape, targetEmbedding.on(tape, read)));
      var logits = output.on(tape, dropout.on(tape, states)); // [N, target words]
      return crossEntropy(logits, batch.targets(), training ? labelSmoothing : 0);
    }

    private DecoderVocabulary words() {
      return DecoderVocabulary.of(targetEmbedding, output);
    }

    @Override
    public List<Outcome> predict(Tape tape, List<Sentence> sentences) {
      var translated = translate(tape, sentences);
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < sentences.size(); i++) {
        var sentence = sentences.get(i);
        var words = written(sentence, translated.get(i));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("source", sentence.text());
        fields.put(TRANSLATION, WORDS.join(words));
        fields.put("log_probability", Numbers.format("%.4f", translated.get(i).logProbability()));
        outcomes.add(scored(fields, sentence));
      }
      return outcomes;
    }

    private List<Hypothesis> translate(Tape tape, List<Sentence> sentences) {
      var encoded = encode(tape, sources(sentences));
      var search = new BeamSearch(beam, lengthPenalty, 2 * maxLength, target.index(Vocabulary.END));
      try (var steps = DecoderSteps.of(decoder, encoded, words(), target.index(Vocabulary.BEGIN))) {
        return search.best(steps);
      }
    }

    /** Returns the words; for an unknown one, the word of the source that was looked at most. */
    private List<String> written(Sentence sentence, Hypothesis translation) {
      var sourceWords = sourceWords(sentence);
      var words = new ArrayList<String>();
      for (int t = 0; t < translation.tokens().size(); t++) {
        var word = target.token(translation.tokens().get(t));
        int looked = largest(translation.attention().get(t));
        if (!word.equals(Vocabulary.UNKNOWN)) {
          words.add(word);
        } else if (looked >= 0 && looked < sourceWords.size() - 1) {
          words.add(sourceWords.get(looked));
        }
      }
      return words;
    }

    private void drawAttention(List<Sentence> sentences, Path folder) throws IOException {
      try (var tape = Tape.inference(backend())) {
        var translated = translate(tape, sentences);
        for (int i = 0; i < translated.size(); i++) {
          AttentionPicture.draw(
              sourceWords(sentences.get(i)),
              target.decode(translated.get(i).toArray()),
              translated.get(i).attentionMatrix(),
              folder.resolve("attention-" + (i + 1) + ".png"));
        }
      }
    }
  }

  private static List<String> sourceWords(Sentence sentence) {
    var words = WORDS.tokens(sentence.text());
    return with(words, Vocabulary.END, words.size());
  }

  private static List<String> with(List<String> words, String word, int index) {
    var more = new ArrayList<>(words);
    more.add(index, word);
    return more;
  }

  /** Returns the index of the largest value, or -1 where there is none. */
  private static int largest(float[] values) {
    int largest = -1;
    for (int i = 0; i < values.length; i++) {
      largest = largest < 0 || values[i] > values[largest] ? i : largest;
    }
    return largest;
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings =
        Settings.of("gru", 256)
            .embed(128)
            .dropout(0.2)
            .batch(128)
            .epochs(5, 3)
            .learning(2e-3, 5)
            .decay(Decay.COSINE);
    return effort == Effort.FULL
        ? settings
        : Settings.of("gru", 48).embed(24).batch(32).epochs(4, 3).learning(5e-3, 5);
  }

  @Override
  protected String unit() {
    return "words";
  }

  // Evaluation: BLEU of the whole test part, with all translations of a sentence as references.

  @Override
  protected List<Measure> measures(Facts facts) {
    return List.of(Measures.BLEU);
  }

  private static Outcome scored(Map<String, Object> fields, Sentence sentence) {
    var references = sentence.translations();
    return references.isEmpty()
        ? Outcome.of(fields)
        : new Outcome(
            fields, List.of(Bleu.statistics(String.valueOf(fields.get(TRANSLATION)), references)));
  }

  /** Leaves each sentence as it is. */
  @Override
  protected List<Outcome> baseline(Parts<Sentence> parts, Facts facts) {
    return parts.test().stream().map(s -> scored(Map.of(TRANSLATION, s.text()), s)).toList();
  }

  @Override
  protected void report(Report<Sentence> report) throws IOException {
    var tested = report.examples();
    var lengths = tested.stream().mapToInt(s -> WORDS.tokens(s.text()).size()).toArray();
    var statistics = report.outcomes().stream().map(o -> o.statistics().getFirst()).toList();
    var byLength = ScoreByLength.of(Measures.BLEU, lengths, statistics, LENGTHS);
    byLength.print(report.out());
    report.out().println("signature " + Bleu.signatureOfVarying());
    byLength.write(report.folder().resolve(BY_LENGTH + ".csv"));
    var runs = new LinkedHashMap<String, ScoreByLength>();
    runs.put("attention " + attention, byLength);
    if (beside != null) {
      var other = ScoreByLength.read(Measures.BLEU, beside.resolve(BY_LENGTH + ".csv"));
      runs.put(String.valueOf(beside.getFileName()), other);
    }
    ScoreByLength.draw(runs, report.folder().resolve(BY_LENGTH + ".png"));
    if (attention != Scoring.NONE && report.model() instanceof Translator translator) {
      var shown = IntStream.range(0, lengths.length).filter(i -> lengths[i] >= SHOWN_LENGTH);
      translator.drawAttention(shown.limit(SHOWN).mapToObj(tested::get).toList(), report.folder());
    }
  }
}

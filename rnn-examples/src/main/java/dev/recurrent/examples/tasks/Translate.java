package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.SentencePairs;
import dev.recurrent.data.TextFile;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.TranslatedSentence;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.DecoderSteps;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.examples.harness.AttentionPicture;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.DecoderOptions;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.ScoreByLength;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.harness.TeacherForcing;
import dev.recurrent.examples.made.MadeTranslations;
import dev.recurrent.examples.run.Numbers;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
public final class Translate extends Task<TranslatedSentence> {
  private static final Tokenizer WORDS = Tokenizer.clitics(LetterCase.KEEP);
  private static final String SOURCE = "source";
  private static final String TRANSLATION = "translation";

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
      names = "--beside",
      paramLabel = "DIR",
      description = "Folder of a finished run to draw beside this one in by-length.png.")
  private @Nullable Path beside;

  @Mixin private DecoderOptions decoding;

  private int tooLong;

  // Data: a sentence and its translations, so that no part has a sentence of another part.

  @Override
  protected List<TranslatedSentence> read(Path path, Rows rows) throws IOException {
    return SentencePairs.areIn(path)
        ? TranslatedSentence.ofPairs(SentencePairs.read(path, rows))
        : TextFile.lines(path, rows).stream().map(TranslatedSentence::untranslated).toList();
  }

  @Override
  protected List<TranslatedSentence> readTraining(Path path, Rows rows) throws IOException {
    return TranslatedSentence.ofPairs(
        targetData == null
            ? SentencePairs.read(path, rows)
            : SentencePairs.read(path, targetData, rows));
  }

  @Override
  protected Parts<TranslatedSentence> sample(long seed) throws IOException {
    var parts =
        split(TranslatedSentence.ofPairs(MadeTranslations.of(2500, seed)), seed, 0.8, 0.1, 0.1);
    return new Parts<>(parts.get(0), parts.get(1), parts.get(2));
  }

  @Override
  protected Parts<TranslatedSentence> parts(Rows rows) throws IOException {
    if (decoding.feedsInput() && !decoding.attends()) {
      throw wrongUsage("--input-feeding: expected an --attention, got none");
    }
    var parts = super.parts(rows);
    var pairs = parts.training().stream().flatMap(TranslatedSentence::pairs).toList();
    var training = pairs.stream().filter(s -> length(s) <= maxLength).toList();
    tooLong = pairs.size() - training.size();
    var validation = parts.validation().stream().flatMap(TranslatedSentence::pairs).toList();
    return new Parts<>(training, validation, parts.test());
  }

  private static int length(TranslatedSentence sentence) {
    return Stream.concat(Stream.of(sentence.source()), sentence.targets().stream())
        .mapToInt(text -> WORDS.tokens(text).size())
        .max()
        .orElseThrow();
  }

  @Override
  protected List<String> notes() {
    var note = "%,d pairs of more than %d words left out of training";
    return tooLong == 0 ? List.of() : List.of(Numbers.format(note, tooLong, maxLength));
  }

  @Override
  protected Facts learn(List<TranslatedSentence> training) {
    return Facts.none()
        .with(SOURCE, vocabulary(training, TranslatedSentence::source))
        .with("target", vocabulary(training, s -> s.targets().getFirst()));
  }

  private Vocabulary vocabulary(
      List<TranslatedSentence> training, Function<TranslatedSentence, String> text) {
    var words = training.stream().map(s -> WORDS.tokens(text.apply(s))).toList();
    return Vocabulary.ofTokens(words, new Vocabulary.Selection(minCount, vocabularySize))
        .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END);
  }

  // Model: one network reads the sentence in both directions, another one writes the translation.

  @Override
  protected TaskModel<TranslatedSentence> model(Facts facts) {
    return new Translator(facts.vocabulary(SOURCE), facts.vocabulary("target"));
  }

  private final class Translator extends TaskModel<TranslatedSentence> {
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
      int hidden = decoding.decoderSize(s.hidden());
      sourceEmbedding = add("sourceEmbedding", Embedding.of(source.size(), s.embed()));
      targetEmbedding = add("targetEmbedding", Embedding.of(target.size(), s.embed()));
      encoder =
          add(
              "encoder",
              Recurrent.of(cell(), s.embed(), decoding.encoderSize(s.hidden()))
                  .layers(s.layers())
                  .dropout(s.dropout())
                  .bidirectional());
      decoder =
          add(
              "decoder",
              decoding
                  .attending(AttentionDecoder.of(cell(), s.embed(), hidden), s.hidden())
                  .encoder(encoder)
                  .layers(s.layers())
                  .dropout(s.dropout()));
      dropout = add("dropout", Dropout.of(s.dropout()));
      output = add("output", Dense.of(hidden, target.size()));
    }

    @Override
    public int length(TranslatedSentence sentence) {
      return Translate.length(sentence);
    }

    @Override
    public Batch batch(List<TranslatedSentence> sentences) {
      var translations = sentences.stream().map(s -> WORDS.tokens(s.targets().getFirst()));
      return TeacherForcing.batch(target, translations.toList()).with(SOURCE, sources(sentences));
    }

    private Sequences sources(List<TranslatedSentence> sentences) {
      return Sequences.ofTokens(
          sentences.stream().map(s -> source.encode(sourceWords(s))).toList());
    }

    private RecurrentResult encode(Tape tape, Sequences sentences) {
      return encoder.run(tape, dropout.on(tape, sourceEmbedding.on(tape, sentences)));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      boolean training = tape.mode() == Mode.TRAINING;
      var encoded = encode(tape, batch.get(SOURCE));
      var read = batch.inputs();
      var states = // [N, hidden]
          training && decoding.teacherForcing() < 1
              ? decoder.run(tape, encoded, read, feedback()).output()
              : decoder.teacherForced(tape, encoded, embedded(tape, read));
      var logits = output.on(tape, dropout.on(tape, states)); // [N, target words]
      return crossEntropy(logits, batch.targets(), training ? decoding.labelSmoothing() : 0);
    }

    private Tensor embedded(Tape tape, Sequences words) {
      return dropout.on(tape, targetEmbedding.on(tape, words));
    }

    private DecoderFeedback feedback() {
      return new DecoderFeedback(words(), decoding.teacherForcing());
    }

    private DecoderVocabulary words() {
      return DecoderVocabulary.of(targetEmbedding, output);
    }

    @Override
    public List<Outcome> predict(Tape tape, List<TranslatedSentence> sentences) {
      var translated = translate(tape, sentences);
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < sentences.size(); i++) {
        var sentence = sentences.get(i);
        var words = written(sentence, translated.get(i));
        var fields = new LinkedHashMap<String, Object>();
        fields.put(SOURCE, sentence.source());
        fields.put(TRANSLATION, WORDS.join(words));
        fields.put("log_probability", Numbers.format("%.4f", translated.get(i).logProbability()));
        outcomes.add(scored(fields, sentence));
      }
      return outcomes;
    }

    private List<Hypothesis> translate(Tape tape, List<TranslatedSentence> sentences) {
      var encoded = encode(tape, sources(sentences));
      var search = decoding.search(target.index(Vocabulary.END), 2 * maxLength);
      try (var steps = DecoderSteps.of(decoder, encoded, words(), target.index(Vocabulary.BEGIN))) {
        return search.best(steps);
      }
    }

    /** Returns the words; for an unknown one, the word of the source that was looked at most. */
    private List<String> written(TranslatedSentence sentence, Hypothesis translation) {
      var sourceWords = WORDS.tokens(sentence.source());
      var words = new ArrayList<>(target.decode(translation.toArray()));
      for (int t = 0; t < words.size(); t++) {
        int looked = translation.attendedMost(t);
        if (words.get(t).equals(Vocabulary.UNKNOWN) && looked >= 0 && looked < sourceWords.size()) {
          words.set(t, sourceWords.get(looked));
        }
      }
      words.removeIf(Vocabulary.UNKNOWN::equals);
      return words;
    }

    private void drawAttention(List<TranslatedSentence> sentences, Path folder) throws IOException {
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

  private static List<String> sourceWords(TranslatedSentence sentence) {
    var words = new ArrayList<>(WORDS.tokens(sentence.source()));
    words.add(Vocabulary.END);
    return words;
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings =
        Settings.of("gru", 256)
            .embed(128)
            .dropout(0.2)
            .batch(128)
            .epochs(6, 3)
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

  private static Outcome scored(Map<String, Object> fields, TranslatedSentence sentence) {
    var references = sentence.targets();
    return references.isEmpty()
        ? Outcome.of(fields)
        : new Outcome(
            fields, List.of(Bleu.statistics(String.valueOf(fields.get(TRANSLATION)), references)));
  }

  /** Leaves each sentence as it is. */
  @Override
  protected List<Outcome> baseline(Parts<TranslatedSentence> parts, Facts facts) {
    return parts.test().stream().map(s -> scored(Map.of(TRANSLATION, s.source()), s)).toList();
  }

  @Override
  protected void report(Report<TranslatedSentence> report) throws IOException {
    var tested = report.examples();
    var lengths = tested.stream().mapToInt(s -> WORDS.tokens(s.source()).size()).toArray();
    var statistics = report.outcomes().stream().map(o -> o.statistics().getFirst()).toList();
    ScoreByLength.of(Measures.BLEU, lengths, statistics, LENGTHS)
        .report(report, "attention " + decoding.attention(), beside);
    report.out().println("signature " + Bleu.signatureOfVarying());
    if (decoding.attends() && report.model() instanceof Translator translator) {
      var shown = IntStream.range(0, lengths.length).filter(i -> lengths[i] >= SHOWN_LENGTH);
      translator.drawAttention(shown.limit(SHOWN).mapToObj(tested::get).toList(), report.folder());
    }
  }
}

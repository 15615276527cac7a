package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.SentencePairs;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.TranslatedSentence;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.DecoderOptions;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Streaming;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.harness.Translations;
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
import dev.recurrent.score.Measure;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

  @Mixin private TranslateOptions options;
  @Mixin private DecoderOptions decoding;
  private int tooLong;

  // Data: a sentence and its translations, so that no part has a sentence of another part.

  @Override
  protected List<TranslatedSentence> read(Path path, Rows rows) throws IOException {
    return TranslatedSentence.read(path, rows);
  }

  @Override
  protected List<TranslatedSentence> readLabelled(Path path, Rows rows) throws IOException {
    return TranslatedSentence.ofPairs(SentencePairs.read(path, rows));
  }

  @Override
  protected boolean hasTarget(TranslatedSentence sentence, Facts facts) {
    return !sentence.targets().isEmpty();
  }

  @Override
  protected List<TranslatedSentence> readTraining(Path path, Rows rows) throws IOException {
    return TranslatedSentence.ofPairs(options.pairs(path, rows));
  }

  @Override
  protected Parts<TranslatedSentence> sample(long seed) throws IOException {
    var made = TranslatedSentence.ofPairs(MadeTranslations.of(2500, seed));
    var parts = split(made, seed, 0.8, 0.1, 0.1);
    return new Parts<>(parts.get(0), parts.get(1), parts.get(2));
  }

  @Override
  protected Parts<TranslatedSentence> parts(Rows rows) throws IOException {
    if (decoding.feedsInput() && !decoding.attends()) {
      throw wrongUsage("--input-feeding: expected an --attention, got none");
    }
    var parts = super.parts(rows);
    var pairs = TranslatedSentence.pairs(parts.training());
    var training = pairs.stream().filter(s -> length(s) <= options.maxLength).toList();
    tooLong = pairs.size() - training.size();
    return new Parts<>(training, TranslatedSentence.pairs(parts.validation()), parts.test());
  }

  private static int length(TranslatedSentence sentence) {
    var texts = Stream.concat(Stream.of(sentence.source()), sentence.targets().stream());
    return texts.mapToInt(text -> WORDS.tokens(text).size()).max().orElseThrow();
  }

  @Override
  protected List<String> notes() {
    var note = "%,d pairs of more than %d words left out of training";
    return tooLong == 0 ? List.of() : List.of(Numbers.format(note, tooLong, options.maxLength));
  }

  @Override
  protected Facts learn(List<TranslatedSentence> training) {
    return Translations.learn(training, WORDS, options.selection());
  }

  // Model: one network reads the sentence in both directions, another one writes the translation.

  @Override
  protected TaskModel<TranslatedSentence> model(Facts facts) {
    return new Translator(new Translations(facts, WORDS));
  }

  private final class Translator extends TaskModel<TranslatedSentence> {
    private final Translations translations;
    private final Embedding sourceEmbedding;
    private final Embedding targetEmbedding;
    private final Recurrent encoder;
    private final AttentionDecoder decoder;
    private final Dropout dropout;
    private final Dense output;
    private final DecoderVocabulary words;

    Translator(Translations translations) {
      this.translations = translations;
      var s = settings();
      int hidden = decoding.decoderSize(s.hidden());
      sourceEmbedding =
          add("sourceEmbedding", Embedding.of(translations.source().size(), s.embed()));
      targetEmbedding =
          add("targetEmbedding", Embedding.of(translations.target().size(), s.embed()));
      var reading = Recurrent.of(cell(), s.embed(), decoding.encoderSize(s.hidden()));
      double dropped = s.dropoutBetweenLayers();
      encoder = add("encoder", reading.layers(s.layers()).dropout(dropped).bidirectional());
      var writing = decoding.attending(AttentionDecoder.of(cell(), s.embed(), hidden), s.hidden());
      decoder = add("decoder", writing.encoder(encoder).layers(s.layers()).dropout(dropped));
      dropout = add("dropout", Dropout.of(s.dropout()));
      output = add("output", Dense.of(hidden, translations.target().size()));
      words = DecoderVocabulary.of(targetEmbedding, output);
    }

    @Override
    public int length(TranslatedSentence sentence) {
      return Translate.length(sentence);
    }

    @Override
    public Batch batch(List<TranslatedSentence> sentences) {
      return translations.batch(sentences);
    }

    private RecurrentResult encode(Tape tape, Sequences sentences) {
      return encoder.run(tape, dropout.on(tape, sourceEmbedding.on(tape, sentences)));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      boolean training = tape.mode() == Mode.TRAINING;
      var encoded = encode(tape, batch.get(Translations.SOURCE));
      var read = batch.inputs();
      var feedback = new DecoderFeedback(words, decoding.teacherForcing());
      var states = // [N, hidden]
          training && decoding.teacherForcing() < 1
              ? decoder.run(tape, encoded, read, feedback).output()
              : decoder.teacherForced(
                  tape, encoded, dropout.on(tape, targetEmbedding.on(tape, read)));
      var logits = output.on(tape, dropout.on(tape, states)); // [N, target words]
      return crossEntropy(logits, batch.targets(), training ? decoding.labelSmoothing() : 0);
    }

    @Override
    public List<Outcome> predict(Tape tape, List<TranslatedSentence> sentences) {
      return translations.outcomes(sentences, translate(tape, sentences));
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a sentence
      return Streaming.ofLines(this, TranslatedSentence::untranslated);
    }

    private List<Hypothesis> translate(Tape tape, List<TranslatedSentence> sentences) {
      var encoded = encode(tape, translations.sources(sentences));
      var search = decoding.search(translations.end(), 2 * options.maxLength);
      return search.best(decoder, encoded, words, translations.begin());
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("gru", 256).embed(128).dropout(0.2).batch(128).epochs(6, 3);
    return effort == Effort.FULL
        ? settings.learning(2e-3, 5).decay(Decay.COSINE, 0)
        : Settings.of("gru", 48).embed(24).batch(32).epochs(4, 3).learning(5e-3, 5);
  }

  @Override
  protected String unit() {
    return "words";
  }

  // Evaluation: BLEU of the whole test part, with all translations of a sentence as references.

  @Override
  protected List<Measure> measures(Facts facts) {
    return Translations.measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<TranslatedSentence> parts, Facts facts) {
    return Translations.copies(parts.test());
  }

  @Override
  protected void requireReportable() throws IOException {
    if (options.beside != null) {
      Translations.requireReport(options.beside);
    }
  }

  @Override
  protected void report(Report<TranslatedSentence> report) throws IOException {
    var translations = new Translations(report.facts(), WORDS);
    translations.report(report, "attention " + decoding.attention(), options.beside);
    if (decoding.attends() && report.model() instanceof Translator translator) {
      var shown = translations.shown(report.examples());
      try (var tape = Tape.inference(translator.backend())) {
        translations.drawAttention(shown, translator.translate(tape, shown), report.folder());
      }
    }
  }
}

package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.Initializer;
import dev.recurrent.data.ConllU;
import dev.recurrent.data.ConllU.Sentence;
import dev.recurrent.data.ConllU.Word;
import dev.recurrent.data.Rows;
import dev.recurrent.data.TextFile;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.data.Vocabulary.Selection;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.StepLabels;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeSentences;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.TokenDropout;
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
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many-to-many, one label for each word: the part of speech of the words of a sentence. A word is
 * known by its vector and by its spelling, which a recurrent network reads in both directions, and
 * a second one reads the sentence (Plank et al. 2016, "Multilingual part-of-speech tagging with
 * bidirectional long short-term memory models and auxiliary loss", without the auxiliary loss).
 */
@Command(
    name = "tags",
    header = "Many-to-many, one label a word: parts of speech.",
    description = {
      "",
      "Reads a treebank in the CoNLL-U format (.conllu); 'predict' also takes lines of words parted"
          + " by spaces."
    })
public final class Tags extends Task<Sentence> {
  private static final Tokenizer CHARACTERS = Tokenizer.characters();
  private static final String NO_TAG = "_";

  @Option(
      names = "--tag-column",
      defaultValue = "upos",
      description = "Which tags, one of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Column tagColumn = Column.UPOS;

  @Option(
      names = "--min-count",
      defaultValue = "2",
      converter = Numbers.AtLeastOne.class,
      description =
          "Words that occur less often have no vector of their own. Default: ${DEFAULT-VALUE}")
  private int minCount = 2;

  @Option(
      names = "--word-dropout",
      defaultValue = "0.1",
      converter = Numbers.Rate.class,
      description =
          "Share of words that training takes for unknown ones. Default: ${DEFAULT-VALUE}")
  private double wordDropout = 0.1;

  @Option(
      names = "--character-embed",
      defaultValue = "50",
      converter = Numbers.AtLeastOne.class,
      description = "Size of a character's vector. Default: ${DEFAULT-VALUE}")
  private int characterEmbed = 50;

  @Option(
      names = "--character-hidden",
      defaultValue = "50",
      converter = Numbers.AtLeastOne.class,
      description = "Hidden size of what reads words. Default: ${DEFAULT-VALUE}")
  private int characterHidden = 50;

  private enum Column {
    UPOS,
    XPOS
  }

  // Data: words and their tags.

  @Override
  protected List<Sentence> read(Path path, Rows rows) throws IOException {
    if (path.toString().matches("(?i).*\\.conllu(\\.gz)?")) {
      return ConllU.read(path, rows);
    }
    return TextFile.lines(path, rows).stream()
        .map(Tokenizer.whitespace()::tokens)
        .map(words -> new Sentence(words.stream().map(w -> new Word(w, NO_TAG, NO_TAG)).toList()))
        .toList();
  }

  private @Nullable List<String> tags(Sentence sentence) {
    var tags =
        sentence.words().stream().map(w -> tagColumn == Column.UPOS ? w.upos() : w.xpos()).toList();
    return tags.contains(NO_TAG) ? null : tags;
  }

  @Override
  protected Parts<Sentence> sample(long seed) {
    return new Parts<>(
        MadeSentences.of(1000, seed),
        MadeSentences.of(200, seed + 1),
        MadeSentences.of(200, seed + 2));
  }

  @Override
  protected Facts learn(List<Sentence> training) {
    var forms = training.stream().map(Sentence::forms).toList();
    var words = Vocabulary.ofTokens(forms.stream().map(Tags::lower).toList(), selection());
    var spellings = forms.stream().flatMap(List::stream).map(CHARACTERS::tokens).toList();
    var characters = Vocabulary.ofTokens(spellings, selection());
    return Facts.none()
        .with("words", words.withSpecials(Vocabulary.UNKNOWN))
        .with("characters", characters.withSpecials(Vocabulary.UNKNOWN))
        .with("forms", Vocabulary.ofTokens(forms, Selection.ALL))
        .with("tags", StepLabels.collect(training, this::tags));
  }

  private Selection selection() {
    return new Selection(minCount, Integer.MAX_VALUE);
  }

  private static List<String> lower(List<String> forms) {
    return forms.stream().map(form -> form.toLowerCase(Locale.ROOT)).toList();
  }

  // Model: characters make words, words make a sentence, each step of it says a tag.

  @Override
  protected TaskModel<Sentence> model(Facts facts) {
    return new TagModel(facts);
  }

  private final class TagModel extends TaskModel<Sentence> {
    private final Vocabulary words;
    private final Vocabulary characters;
    private final StepLabels<Sentence> labels;
    private final TokenDropout wordDropout;
    private final Embedding wordEmbedding;
    private final Embedding characterEmbedding;
    private final Recurrent spelling;
    private final Recurrent sentence;
    private final Dropout dropout = add("dropout", Dropout.of(settings().dropout()));
    private final Dense output;

    TagModel(Facts facts) {
      words = facts.vocabulary("words");
      characters = facts.vocabulary("characters");
      labels = labels(facts);
      var s = settings();
      int unknown = words.index(Vocabulary.UNKNOWN);
      wordDropout = add("word_dropout", TokenDropout.of(Tags.this.wordDropout, unknown));
      wordEmbedding =
          add("words", Embedding.of(words.size(), s.embed()).initialized(Initializer.normal(0.1)));
      characterEmbedding =
          add(
              "characters",
              Embedding.of(characters.size(), characterEmbed).initialized(Initializer.normal(0.1)));
      spelling =
          add("spelling", Recurrent.of(cell(), characterEmbed, characterHidden).bidirectional());
      int word = s.embed() + spelling.outputSize();
      sentence =
          add(
              "sentence",
              Recurrent.of(cell(), word, s.hidden())
                  .layers(s.layers())
                  .dropout(s.dropout())
                  .bidirectional());
      output = add("output", Dense.of(sentence.outputSize(), labels.size()));
    }

    @Override
    public int length(Sentence example) {
      return example.words().size();
    }

    @Override
    public Batch batch(List<Sentence> sentences) {
      var inputs = inputs(sentences);
      return Batch.of(inputs.words, labels.targets(sentences))
          .with("forms", inputs.forms)
          .with("spellings", inputs.spellings);
    }

    /**
     * Holds sentences as the network reads them.
     *
     * @param words the number of each word
     * @param forms for each word the number of its spelling
     * @param spellings the characters of each different word
     */
    private record Inputs(Sequences words, Sequences forms, Sequences spellings) {}

    private Inputs inputs(List<Sentence> sentences) {
      var forms = sentences.stream().map(Sentence::forms).toList();
      var different = Vocabulary.ofTokens(forms, Selection.ALL);
      return new Inputs(
          Sequences.ofTokens(forms.stream().map(f -> words.encode(lower(f))).toList()),
          Sequences.ofTokens(forms.stream().map(different::encode).toList()),
          Sequences.ofTokens(
              different.tokens().stream()
                  .map(form -> characters.encode(CHARACTERS.tokens(form)))
                  .toList()));
    }

    private Tensor logits(Tape tape, Batch batch) {
      return logits(tape, new Inputs(batch.inputs(), batch.get("forms"), batch.get("spellings")));
    }

    private Tensor logits(Tape tape, Inputs inputs) { // [N, tags]
      var read = dropout.on(tape, characterEmbedding.on(tape, inputs.spellings));
      var spelt = spelling.run(tape, read, List.of()).last(); // [different words, characters]
      var word =
          wordEmbedding
              .on(tape, wordDropout.on(tape, inputs.words))
              .joinColumns(spelt.gatherRows(inputs.forms.packedTokens()));
      var steps = sentence.on(tape, dropout.on(tape, word));
      return output.on(tape, dropout.on(tape, steps));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch), batch.targets());
    }

    @Override
    public Metric validation() {
      return Metrics.accuracy((tape, batch, state) -> logits(tape, batch));
    }

    @Override
    public List<Outcome> predict(Tape tape, List<Sentence> sentences) {
      return labels.outcomes(sentences, logits(tape, inputs(sentences)));
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("lstm", 200).embed(100).dropout(0.3).batch(32).learning(3e-3, 5);
    return effort == Effort.FULL
        ? settings.epochs(15, 15).decay(Decay.COSINE)
        : settings.hidden(32).embed(16).dropout(0.2).epochs(4, 4).learning(1e-2, 5);
  }

  @Override
  protected String unit() {
    return "words";
  }

  // Evaluation.

  private StepLabels<Sentence> labels(Facts facts) {
    return new StepLabels<>(
        facts.vocabulary("tags"), facts.vocabulary("forms"), Sentence::forms, this::tags);
  }

  @Override
  protected List<Measure> measures(Facts facts) {
    return labels(facts).measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<Sentence> parts, Facts facts) {
    return labels(facts).mostFrequent(parts);
  }

  @Override
  protected void report(Report<Sentence> report) throws IOException {
    labels(report.facts()).report(report);
  }
}

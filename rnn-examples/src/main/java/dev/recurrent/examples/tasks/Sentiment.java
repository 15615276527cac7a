package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LabelledFolders;
import dev.recurrent.data.LabelledText;
import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Table;
import dev.recurrent.data.TextFile;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.data.WordVectors;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Labels;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeReviews;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.AttentionPooling;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Pooling;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many-to-one over words: what a review thinks of its subject. An embedding that is learnt with the
 * rest, a recurrent layer, one vector for the whole review, and a class (Dai and Le 2015,
 * "Semi-supervised sequence learning", without its pretraining).
 */
@Command(
    name = "sentiment",
    header = "Many-to-one, words: the opinion of a review.",
    description = {
      "",
      "Reads a CSV or TSV file with a heading, or a folder with a folder of .txt files for each"
          + " class."
    })
public final class Sentiment extends Task<LabelledText> {
  private static final Tokenizer WORDS = Tokenizer.words(LetterCase.LOWER);

  @Option(
      names = "--text-column",
      defaultValue = "text",
      description = "Column of the texts. Default: ${DEFAULT-VALUE}")
  private String textColumn = "text";

  @Option(
      names = "--label-column",
      defaultValue = "label",
      description = "Column of the classes. Default: ${DEFAULT-VALUE}")
  private String labelColumn = "label";

  @Option(names = "--classes", split = ",", description = "Take only these classes. Default: all")
  private @Nullable List<String> classes;

  @Option(
      names = "--vocabulary",
      defaultValue = "20000",
      converter = Numbers.AtLeastOne.class,
      description = "At most so many words, the most frequent. Default: ${DEFAULT-VALUE}")
  private int vocabularySize = 20_000;

  @Option(
      names = "--min-count",
      defaultValue = "3",
      converter = Numbers.AtLeastOne.class,
      description = "Words that occur less often are all one. Default: ${DEFAULT-VALUE}")
  private int minCount = 3;

  @Option(
      names = "--min-length",
      defaultValue = "0",
      converter = Numbers.AtLeastZero.class,
      description = "Take only texts of at least so many words. Default: ${DEFAULT-VALUE}")
  private int minLength;

  @Option(
      names = "--max-length",
      defaultValue = "400",
      converter = Numbers.AtLeastOne.class,
      description = "Of longer texts only so many words are read. Default: ${DEFAULT-VALUE}")
  private int maxLength = 400;

  @Option(
      names = "--keep",
      defaultValue = "last",
      description = "Which words of longer texts, ${COMPLETION-CANDIDATES}. Default: last")
  private Kept kept = Kept.LAST;

  @Option(
      names = "--word-dropout",
      defaultValue = "0",
      converter = Numbers.Rate.class,
      description =
          "Share of words that training takes for unknown ones. Default: ${DEFAULT-VALUE}")
  private double wordDropout;

  @Option(
      names = "--pooling",
      defaultValue = "mean",
      description =
          "From steps to one vector, one of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Pool pooling = Pool.MEAN;

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description = "GloVe's or word2vec's vectors in text form, with which words start.")
  private @Nullable Path vectors;

  @Option(names = "--bidirectional", description = "Read each text in both directions.")
  private boolean bidirectional;

  private enum Kept {
    FIRST,
    LAST
  }

  private enum Pool {
    LAST,
    MEAN,
    MAX,
    ATTENTION
  }

  // Data: a text and its class.

  @Override
  protected List<LabelledText> read(Path path, Rows rows) throws IOException {
    List<LabelledText> reviews;
    if (Files.isDirectory(path)) {
      reviews =
          classes == null
              ? LabelledFolders.read(path, rows)
              : LabelledFolders.read(path, classes, rows);
    } else if (path.toString().matches("(?i).*\\.([ct]sv|tab)(\\.gz)?")) {
      var table = Table.read(path, rows);
      boolean labelled = table.columns().contains(labelColumn);
      reviews =
          rows.map(
              table.rows(),
              row ->
                  new LabelledText(labelled ? row.text(labelColumn) : null, row.text(textColumn)));
    } else {
      reviews = rows.map(TextFile.lines(path, rows), text -> new LabelledText(null, text));
    }
    return reviews.stream().filter(this::isWanted).toList();
  }

  /** What is only to be predicted is wanted in any case. */
  private boolean isWanted(LabelledText review) {
    return review.label() == null
        || ((classes == null || classes.contains(review.label()))
            && (minLength == 0 || WORDS.tokens(review.text()).size() >= minLength));
  }

  @Override
  protected Parts<LabelledText> sample(long seed) {
    return new Parts<>(
        MadeReviews.of(2000, seed), MadeReviews.of(300, seed + 1), MadeReviews.of(300, seed + 2));
  }

  @Override
  protected Facts learn(List<LabelledText> training) {
    var words = training.stream().map(review -> WORDS.tokens(review.text())).toList();
    var selection = new Vocabulary.Selection(minCount, vocabularySize);
    return Facts.none()
        .with("words", Vocabulary.ofTokens(words, selection).withSpecials(Vocabulary.UNKNOWN))
        .with("classes", Labels.collect(training, LabelledText::label));
  }

  private List<String> words(LabelledText review) {
    var words = WORDS.tokens(review.text());
    int left = Math.max(0, words.size() - maxLength);
    return kept == Kept.LAST
        ? words.subList(left, words.size())
        : words.subList(0, words.size() - left);
  }

  // Model: words, one after the other; all steps together say the class.

  @Override
  protected TaskModel<LabelledText> model(Facts facts) {
    return new ReviewModel(facts.vocabulary("words"), labels(facts));
  }

  @Override
  protected TaskModel<LabelledText> startingModel(Facts facts) throws IOException {
    var model = new ReviewModel(facts.vocabulary("words"), labels(facts));
    if (vectors != null) {
      var given = WordVectors.read(vectors, model.vocabulary, Rows.failing());
      if (given.size() != settings().embed()) {
        throw wrongUsage("--embed: expected " + given.size() + " as in " + vectors);
      }
      given.byToken().forEach(model.embedding::startingWith);
    }
    return model;
  }

  private final class ReviewModel extends TaskModel<LabelledText> {
    private final Vocabulary vocabulary;
    private final Labels<LabelledText> labels;
    private final TokenDropout wordDropout;
    private final Embedding embedding;
    private final Dropout dropout = add("dropout", Dropout.of(settings().dropout()));
    private final @Nullable Recurrent recurrent;
    private final @Nullable AttentionPooling attention;
    private final Dense output;

    ReviewModel(Vocabulary vocabulary, Labels<LabelledText> labels) {
      this.vocabulary = vocabulary;
      this.labels = labels;
      var s = settings();
      int unknown = vocabulary.index(Vocabulary.UNKNOWN);
      wordDropout = add("word_dropout", TokenDropout.of(Sentiment.this.wordDropout, unknown));
      embedding = add("embedding", Embedding.of(vocabulary.size(), s.embed()));
      recurrent = isRecurrent() ? add("recurrent", recurrent(s)) : null;
      int columns = recurrent == null ? s.embed() : recurrent.outputSize();
      attention =
          pooling == Pool.ATTENTION
              ? add("attention", AttentionPooling.of(columns, columns))
              : null;
      output = add("output", Dense.of(columns, labels.size()));
    }

    private Recurrent recurrent(Settings s) {
      var layers =
          Recurrent.of(cell(), s.embed(), s.hidden()).layers(s.layers()).dropout(s.dropout());
      return bidirectional ? layers.bidirectional() : layers;
    }

    @Override
    public int length(LabelledText review) {
      return words(review).size();
    }

    @Override
    public Batch batch(List<LabelledText> reviews) {
      return Batch.of(tokens(reviews), labels.targets(reviews));
    }

    private Sequences tokens(List<LabelledText> reviews) {
      return Sequences.ofTokens(reviews.stream().map(r -> vocabulary.encode(words(r))).toList());
    }

    private Tensor logits(Tape tape, Sequences reviews) { // [B, classes]
      var words = wordDropout.on(tape, reviews);
      var vectors = dropout.on(tape, embedding.on(tape, words)); // [N, embed]
      return output.on(tape, dropout.on(tape, pooled(tape, vectors)));
    }

    private Tensor pooled(Tape tape, Tensor vectors) { // [B, columns]
      var result = recurrent == null ? null : recurrent.run(tape, vectors, List.of());
      var steps = result == null ? vectors : result.output();
      return switch (pooling) {
        case LAST -> result == null ? Pooling.last(steps) : result.last();
        case MEAN -> Pooling.mean(steps);
        case MAX -> Pooling.max(steps);
        case ATTENTION -> Objects.requireNonNull(attention).on(tape, steps);
      };
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch.inputs()), batch.targets());
    }

    @Override
    public Metric validation() {
      return Metrics.accuracy((tape, batch, state) -> logits(tape, batch.inputs()));
    }

    @Override
    public List<Outcome> predict(Tape tape, List<LabelledText> reviews) {
      return labels.outcomes(reviews, logits(tape, tokens(reviews)));
    }
  }

  // Training.

  @Override
  protected List<String> otherCells() {
    return List.of(Settings.NO_CELL);
  }

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("gru", 128).embed(64).dropout(0.5).batch(32).epochs(8, 2);
    return effort == Effort.FULL
        ? settings
        : settings.hidden(32).embed(16).dropout(0.2).epochs(6, 4).learning(5e-3, 5);
  }

  @Override
  protected String unit() {
    return "reviews";
  }

  // Evaluation.

  private static Labels<LabelledText> labels(Facts facts) {
    return new Labels<>(facts.vocabulary("classes"), LabelledText::text, LabelledText::label);
  }

  @Override
  protected List<Measure> measures(Facts facts) {
    return labels(facts).measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<LabelledText> parts, Facts facts) {
    return labels(facts).majority(parts);
  }

  @Override
  protected void report(Report<LabelledText> report) throws IOException {
    labels(report.facts()).report(report);
  }
}

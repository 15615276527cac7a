package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LabelledText;
import dev.recurrent.data.LetterCase;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Labelling;
import dev.recurrent.examples.harness.LabellingModel;
import dev.recurrent.examples.harness.LabellingTask;
import dev.recurrent.examples.harness.Labels;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Streaming;
import dev.recurrent.examples.harness.TableOptions;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeReviews;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.SequencePooling;
import dev.recurrent.layer.TokenDropout;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
          + " class.",
      "",
      "Besides the cells, --cell takes 'none', a bag of words."
    })
public final class Sentiment extends LabellingTask<LabelledText> {
  private static final Tokenizer WORDS = Tokenizer.words(LetterCase.LOWER);

  @Mixin private SentimentOptions options;
  @Mixin private TableOptions tables;

  // Data: a text and its class, which is not known where it is only to be predicted.

  @Override
  protected List<LabelledText> read(Path path, Rows rows) throws IOException {
    var reviews = options.reader(tables.dialect()).read(path, rows);
    return reviews.stream().filter(r -> r.label() == null || isLongEnough(r)).toList();
  }

  @Override
  protected List<LabelledText> readLabelled(Path path, Rows rows) throws IOException {
    return longEnough(options.reader(tables.dialect()).readLabelled(path, rows));
  }

  private List<LabelledText> longEnough(List<LabelledText> reviews) {
    return reviews.stream().filter(this::isLongEnough).toList();
  }

  private boolean isLongEnough(LabelledText review) {
    return options.minLength == 0 || WORDS.tokens(review.text()).size() >= options.minLength;
  }

  @Override
  protected Parts<LabelledText> sample(long seed) {
    return Parts.made(2000, 300, seed, (count, its) -> longEnough(MadeReviews.of(count, its)));
  }

  @Override
  protected Facts learn(List<LabelledText> training) {
    var words = training.stream().map(review -> WORDS.tokens(review.text())).toList();
    var known = Vocabulary.ofTokens(words, options.selection());
    return Facts.none()
        .with("words", known.withSpecials(Vocabulary.UNKNOWN))
        .with("classes", Labels.collect(training, LabelledText::label));
  }

  private List<String> words(LabelledText review) {
    return options.kept(WORDS.tokens(review.text()));
  }

  // Model: words, one after the other; all steps together say the class.

  @Override
  protected TaskModel<LabelledText> model(Facts facts) {
    return new ReviewModel(facts);
  }

  @Override
  protected TaskModel<LabelledText> startingModel(Facts facts) throws IOException {
    var model = new ReviewModel(facts);
    var given = options.vectors(model.vocabulary, settings().embed());
    given.forEach(model.embedding::startingWith);
    return model;
  }

  private final class ReviewModel extends LabellingModel<LabelledText> {
    private final Vocabulary vocabulary;
    private final TokenDropout wordDropout;
    private final Embedding embedding;
    private final Dropout dropout = add("dropout", Dropout.of(settings().dropout()));
    private final @Nullable Recurrent recurrent; // or a bag of words
    private final SequencePooling pooling;
    private final Dense output;

    ReviewModel(Facts facts) {
      super(labels(facts));
      vocabulary = facts.vocabulary("words");
      int unknown = vocabulary.index(Vocabulary.UNKNOWN);
      int embed = settings().embed();
      wordDropout = add("word_dropout", TokenDropout.of(options.wordDropout, unknown));
      embedding = add("embedding", Embedding.of(vocabulary.size(), embed));
      recurrent = isRecurrent() ? add("recurrent", layers(embed)) : null;
      int columns = recurrent == null ? embed : recurrent.outputSize();
      pooling = add(options.pooling.toString(), SequencePooling.of(options.pooling, columns));
      output = add("output", Dense.of(columns, labels(facts).size()));
    }

    private Recurrent layers(int inputs) {
      return options.bidirectional ? recurrent(inputs).bidirectional() : recurrent(inputs);
    }

    @Override
    public int length(LabelledText review) {
      return words(review).size();
    }

    @Override
    protected Batch inputs(List<LabelledText> reviews) {
      return Batch.of(
          Sequences.ofTokens(reviews.stream().map(r -> vocabulary.encode(words(r))).toList()));
    }

    @Override
    protected Tensor logits(Tape tape, Batch batch) { // [B, classes]
      var words = wordDropout.on(tape, batch.inputs());
      var vectors = dropout.on(tape, embedding.on(tape, words)); // [N, embed]
      var review = // [B, columns]
          recurrent == null
              ? pooling.on(tape, vectors)
              : pooling.on(tape, recurrent.run(tape, vectors));
      return output.on(tape, dropout.on(tape, review));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch), batch.targets());
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a review
      return Streaming.ofLines(this, text -> new LabelledText(null, text));
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

  // Evaluation: macro F1 and accuracy, beside those of always saying the most frequent class.

  @Override
  protected Labelling<LabelledText> labels(Facts facts) {
    return new Labels<>(facts.vocabulary("classes"), LabelledText::text, LabelledText::label);
  }
}

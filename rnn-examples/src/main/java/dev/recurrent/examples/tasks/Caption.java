package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.UnaryOp;
import dev.recurrent.data.CaptionedImage;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.BeamSearch;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Images;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.harness.WrittenTexts;
import dev.recurrent.examples.made.MadeImages;
import dev.recurrent.examples.tasks.CaptionOptions.Feed;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.InitialStates;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * One-to-many: an image becomes a text, letter by letter, such as a written digit its name. The
 * decoder gets the image as its initial state (Vinyals et al. 2015, "Show and tell", gives it once)
 * or at each step (Mao et al. 2015, "Deep captioning with multimodal recurrent neural networks").
 */
@Command(
    name = "caption",
    header = "One-to-many: a text for an image, letter by letter (the name of a digit).",
    description = {
      "",
      "Reads images as 'train digits' does; --names says what is to be written for each class."
    })
public final class Caption extends Task<CaptionedImage> {
  /** How many characters the longest text of a model file can have. */
  private static final int MAX_LONGEST = 100_000;

  @Mixin private CaptionOptions options;

  // Data: an image and a text.

  @Override
  protected Sources sources(Sources given) throws IOException {
    return Images.sources(given);
  }

  @Override
  protected List<CaptionedImage> read(Path path, Rows rows) throws IOException {
    return options.captioned(LabelledImages.read(path));
  }

  @Override
  protected boolean hasTarget(CaptionedImage image, Facts facts) {
    return image.text() != null;
  }

  @Override
  protected Parts<CaptionedImage> parts(Rows rows) throws IOException {
    return Images.requireLabels(super.parts(rows), CaptionedImage::image);
  }

  @Override
  protected Parts<CaptionedImage> sample(long seed) {
    return Parts.made(2000, 300, seed, MadeImages::captioned);
  }

  @Override
  protected Facts learn(List<CaptionedImage> training) {
    var first = training.getFirst().image();
    var texts = WrittenTexts.collect(training, CaptionedImage::text);
    var letters = Vocabulary.ofCharacters(texts);
    return Facts.none()
        .with("pixels", first.rows() * first.columns())
        .with("longest", texts.stream().mapToInt(String::length).max().orElseThrow())
        .with(
            "letters", letters.withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END));
  }

  private static WrittenTexts<CaptionedImage> texts(Facts facts) {
    var letters = facts.vocabulary("letters");
    return new WrittenTexts<>(letters, Tokenizer.characters(), CaptionedImage::text);
  }

  // Model: what a dense layer sees in the image goes to a decoder that writes.

  @Override
  protected TaskModel<CaptionedImage> model(Facts facts) {
    return new CaptionModel(facts);
  }

  private final class CaptionModel extends TaskModel<CaptionedImage> {
    private final WrittenTexts<CaptionedImage> texts;
    private final int pixels;
    private final BeamSearch search;
    private final Dense encoder;
    private final Dropout dropout;
    private final Embedding embedding;
    private final Recurrent decoder;
    private final InitialStates start;
    private final Dense output;

    CaptionModel(Facts facts) {
      texts = texts(facts);
      pixels = facts.size("pixels", Images.MAX_PIXELS);
      int longest = facts.size("longest", MAX_LONGEST);
      search = texts.search(options.beam, 2 * longest + 1);
      var s = settings();
      int letters = texts.vocabulary().size();
      int input = options.feed == Feed.STATE ? s.embed() : s.embed() + s.hidden();
      encoder = add("encoder", Dense.of(pixels, s.hidden()).activation(UnaryOp.RELU));
      dropout = add("dropout", Dropout.of(s.dropout()));
      embedding = add("embedding", Embedding.of(letters, s.embed()));
      decoder = add("decoder", Recurrent.of(cell(), input, s.hidden()).layers(s.layers()));
      start = add("start", InitialStates.of(s.hidden(), decoder));
      output = add("output", Dense.of(decoder.outputSize(), letters));
    }

    @Override
    public int length(CaptionedImage example) {
      return 1; // of any lengths in a batch, or it would hold only classes with names as long
    }

    @Override
    public Batch batch(List<CaptionedImage> examples) {
      return texts.batch(examples).with("images", images(examples));
    }

    private Sequences images(List<CaptionedImage> examples) { // [1, B, pixels]
      return Images.steps(examples.stream().map(CaptionedImage::image).toList(), pixels);
    }

    private Tensor see(Tape tape, Sequences images) { // [B, hidden]
      return dropout.on(tape, encoder.on(tape, tape.input(images)).withLayout(null));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      var vector = see(tape, batch.get("images"));
      var x = embedding.on(tape, batch.inputs());
      var decoded =
          switch (options.feed) {
            case STATE -> decoder.run(tape, x, start.on(tape, vector)).output();
            case INPUT -> decoder.on(tape, x.joinColumns(vector.repeat(batch.inputs().layout())));
          };
      return crossEntropy(output.on(tape, decoded), batch.targets());
    }

    @Override
    public List<Outcome> predict(Tape tape, List<CaptionedImage> examples) {
      var vector = see(tape, images(examples));
      var begin = texts.begins(examples.size());
      var vocabulary = DecoderVocabulary.of(embedding, output);
      try (var steps =
          switch (options.feed) {
            case STATE -> RecurrentSteps.of(decoder, start.on(tape, vector), vocabulary, begin);
            case INPUT ->
                RecurrentSteps.of(decoder, List.of(), vocabulary, begin).withContext(vector);
          }) {
        return texts.outcomes(examples, search.best(steps));
      }
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings =
        Settings.of("gru", 128).embed(16).dropout(0.3).batch(128).epochs(15, 4).learning(1e-3, 5);
    return effort == Effort.FULL ? settings : settings.batch(32).epochs(6, 4).learning(3e-3, 5);
  }

  @Override
  protected String unit() {
    return "letters";
  }

  // Evaluation: a text is right if each letter is.

  @Override
  protected List<Measure> measures(Facts facts) {
    return texts(facts).measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<CaptionedImage> parts, Facts facts) {
    return texts(facts).baseline(parts);
  }
}

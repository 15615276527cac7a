package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LabelledImage;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Images;
import dev.recurrent.examples.harness.Labelling;
import dev.recurrent.examples.harness.LabellingModel;
import dev.recurrent.examples.harness.LabellingTask;
import dev.recurrent.examples.harness.Labels;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeImages;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many-to-one over images: which class an image belongs to, such as the digit that is written
 * there, read row by row or, as the test of long memory of Le et al. 2015 ("A simple way to
 * initialize recurrent networks of rectified linear units"), pixel by pixel.
 */
@Command(
    name = "digits",
    header = "Many-to-one, images: the class of an image (the digit that is written).",
    description = {
      "",
      "Reads images as MNIST's: IDX files, the labels beside them by name, compressed or not, or a"
          + " folder with train-images-idx3-ubyte, t10k-images-idx3-ubyte and their labels."
    })
public final class Digits extends LabellingTask<LabelledImage> {

  /** Says what a step is. */
  enum Order {
    /** A row of the image. */
    ROWS,
    /** A pixel, row by row. */
    PIXELS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--order",
      paramLabel = "ORDER",
      order = 31,
      defaultValue = "rows",
      description = "What a step is: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Order order = Order.ROWS;

  // Data: an image and its label.

  @Override
  protected Sources sources(Sources given) throws IOException {
    return Images.sources(given);
  }

  @Override
  protected List<LabelledImage> read(Path path, Rows rows) throws IOException {
    return LabelledImages.read(path).all();
  }

  @Override
  protected Parts<LabelledImage> parts(Rows rows) throws IOException {
    return Images.requireLabels(super.parts(rows), image -> image);
  }

  @Override
  protected Parts<LabelledImage> sample(long seed) {
    return Parts.made(2000, 300, seed, MadeImages::of);
  }

  @Override
  protected Facts learn(List<LabelledImage> training) {
    var classes = training.stream().map(LabelledImage::label).distinct().sorted();
    return Facts.none()
        .with("width", order == Order.ROWS ? training.getFirst().columns() : 1)
        .with(
            "classes", Labels.requireSeveral(Vocabulary.of(classes.map(String::valueOf).toList())));
  }

  // Model: the state after the last step says the class.

  @Override
  protected TaskModel<LabelledImage> model(Facts facts) {
    return new DigitModel(facts);
  }

  private final class DigitModel extends LabellingModel<LabelledImage> {
    private final int width;
    private final Recurrent recurrent;
    private final Dropout dropout;
    private final Dense output;

    DigitModel(Facts facts) {
      super(labels(facts));
      width = facts.size("width", Images.MAX_PIXELS);
      recurrent = add("recurrent", recurrent(width));
      dropout = add("dropout", Dropout.of(settings().dropout()));
      output = add("output", Dense.of(recurrent.outputSize(), labels(facts).size()));
    }

    @Override
    public int length(LabelledImage image) {
      return image.rows() * image.columns() / width;
    }

    @Override
    protected Batch inputs(List<LabelledImage> images) {
      var first = images.getFirst();
      if (order == Order.ROWS && first.columns() != width) {
        throw new IllegalArgumentException(
            "%s: expected images of %d columns, as in training, got %d"
                .formatted(first.source().name(), width, first.columns()));
      }
      return Batch.of(Images.steps(images, width));
    }

    @Override
    protected Tensor logits(Tape tape, Batch batch) { // [B, classes]
      var last = recurrent.run(tape, tape.input(batch.inputs())).last();
      return output.on(tape, dropout.on(tape, last));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch), batch.targets());
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    if (order == Order.PIXELS) { // gates that last as long as the 784 steps of MNIST's images
      var settings = Settings.of("gru", 96).memory(784).decay(Decay.COSINE, 0).learning(2e-3, 1);
      return effort == Effort.FULL
          ? settings.epochs(24, 6)
          : settings.memory(144).batch(32).epochs(8, 4).learning(5e-3, 1);
    }
    var settings = Settings.of("lstm", 128).dropout(0.2).batch(128).epochs(15, 4).learning(2e-3, 1);
    return effort == Effort.FULL ? settings : settings.batch(32).epochs(4, 4).learning(5e-3, 1);
  }

  @Override
  protected String unit() {
    return "images";
  }

  // Evaluation: the share of images that are read as what they are.

  @Override
  protected Labelling<LabelledImage> labels(Facts facts) {
    return new Labels<>(
        facts.vocabulary("classes"),
        LabelledImage::toString,
        image -> image.label() == null ? null : String.valueOf(image.label()));
  }
}

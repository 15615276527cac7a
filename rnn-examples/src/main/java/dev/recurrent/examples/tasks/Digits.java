package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LabelledImage;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Images;
import dev.recurrent.examples.harness.Labels;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeImages;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
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
public final class Digits extends Task<LabelledImage> {

  /** Says what a step is. */
  enum Order {
    /** A row of the image. */
    ROWS,
    /** A pixel, row by row. */
    PIXELS
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
    var parts = super.parts(rows);
    Images.requireLabels(parts, image -> image);
    return parts;
  }

  @Override
  protected Parts<LabelledImage> sample(long seed) {
    return new Parts<>(
        MadeImages.of(2000, seed), MadeImages.of(300, seed + 1), MadeImages.of(300, seed + 2));
  }

  @Override
  protected Facts learn(List<LabelledImage> training) {
    var first = training.getFirst();
    var classes = training.stream().map(LabelledImage::label).distinct().sorted();
    return Facts.none()
        .with("width", order == Order.ROWS ? first.columns() : 1)
        .with("classes", Vocabulary.of(classes.map(String::valueOf).toList()));
  }

  // Model: the state after the last step says the class.

  @Override
  protected TaskModel<LabelledImage> model(Facts facts) {
    return new DigitModel((int) facts.numbers("width")[0], labels(facts));
  }

  private final class DigitModel extends TaskModel<LabelledImage> {
    private final int width;
    private final Labels<LabelledImage> labels;
    private final Recurrent recurrent;
    private final Dropout dropout;
    private final Dense output;

    DigitModel(int width, Labels<LabelledImage> labels) {
      this.width = width;
      this.labels = labels;
      var s = settings();
      recurrent =
          add(
              "recurrent",
              Recurrent.of(cell(), width, s.hidden()).layers(s.layers()).dropout(s.dropout()));
      dropout = add("dropout", Dropout.of(s.dropout()));
      output = add("output", Dense.of(recurrent.outputSize(), labels.size()));
    }

    @Override
    public int length(LabelledImage example) {
      return example.rows() * example.columns() / width;
    }

    @Override
    public Batch batch(List<LabelledImage> examples) {
      return Batch.of(steps(examples), labels.targets(examples));
    }

    private Sequences steps(List<LabelledImage> examples) {
      var first = examples.getFirst();
      if (order == Order.ROWS && first.columns() != width) {
        throw new IllegalArgumentException(
            "%s: expected images of %d columns, as in training, got %d"
                .formatted(first.source().name(), width, first.columns()));
      }
      return Images.steps(examples, width);
    }

    private Tensor logits(Tape tape, Sequences images) { // [B, classes]
      var last = recurrent.run(tape, tape.input(images), List.of()).last();
      return output.on(tape, dropout.on(tape, last));
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
    public List<Outcome> predict(Tape tape, List<LabelledImage> examples) {
      return labels.outcomes(examples, logits(tape, steps(examples)));
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    if (order == Order.PIXELS) { // the state of an IndRNN lasts over hundreds of steps
      var settings = Settings.of("indrnn", 128).layers(2).epochs(12, 4).learning(1e-3, 1);
      return effort == Effort.FULL ? settings : settings.batch(32);
    }
    var settings = Settings.of("lstm", 128).dropout(0.2).batch(128).epochs(15, 4).learning(2e-3, 1);
    return effort == Effort.FULL ? settings : settings.batch(32).epochs(4, 4).learning(5e-3, 1);
  }

  @Override
  protected String unit() {
    return "images";
  }

  // Evaluation: the share of images that are read as what they are.

  private static Labels<LabelledImage> labels(Facts facts) {
    return new Labels<>(
        facts.vocabulary("classes"),
        LabelledImage::toString,
        image -> image.label() == null ? null : String.valueOf(image.label()));
  }

  @Override
  protected List<Measure> measures(Facts facts) {
    return labels(facts).measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<LabelledImage> parts, Facts facts) {
    return labels(facts).majority(parts);
  }

  @Override
  protected void report(Report<LabelledImage> report) throws IOException {
    labels(report.facts()).report(report);
  }
}

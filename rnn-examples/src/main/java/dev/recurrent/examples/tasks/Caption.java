package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.UnaryOp;
import dev.recurrent.data.DataException;
import dev.recurrent.data.LabelledImage;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.data.Place;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.BeamSearch;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Images;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.harness.TeacherForcing;
import dev.recurrent.examples.made.MadeImages;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.InitialStates;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
public final class Caption extends Task<Caption.Example> {

  /**
   * Is an image and what is to be written for it.
   *
   * @param text null where it is not known
   */
  record Example(LabelledImage image, @Nullable String text) {
    String requireText() {
      if (text == null) {
        throw new IllegalArgumentException(image + ": expected a text, got none");
      }
      return text;
    }
  }

  /** Says how the decoder gets the image. */
  enum Feed {
    /** As its initial state. */
    STATE,
    /** As a part of the input of each step. */
    INPUT
  }

  @Option(
      names = "--names",
      paramLabel = "TEXT",
      order = 31,
      split = ",",
      description = "What is written for class 0, 1, …, parted by commas; @FILE takes a file's.")
  private @Nullable List<String> names;

  @Option(
      names = "--feed",
      paramLabel = "FEED",
      order = 32,
      defaultValue = "state",
      description = "How the decoder gets the image: ${COMPLETION-CANDIDATES}. Default: state")
  private Feed feed = Feed.STATE;

  @Option(
      names = "--beam",
      paramLabel = "N",
      order = 33,
      defaultValue = "3",
      converter = Numbers.AtLeastOne.class,
      description = "Texts kept while the best one is looked for. Default: ${DEFAULT-VALUE}")
  private int beam = 3;

  // Data: an image and a text.

  @Override
  protected Sources sources(Sources given) throws IOException {
    return Images.sources(given);
  }

  @Override
  protected List<Example> read(Path path, Rows rows) throws IOException {
    if (names == null) {
      throw wrongUsage("--names: expected a text for each class, got none");
    }
    var examples = new ArrayList<Example>();
    for (var image : LabelledImages.read(path).all()) {
      var label = image.label();
      if (label != null && label >= names.size()) {
        throw new DataException(
            Place.of(path), "classes below the " + names.size() + " of --names", "" + label);
      }
      examples.add(new Example(image, label == null ? null : names.get(label)));
    }
    return examples;
  }

  @Override
  protected Parts<Example> parts(Rows rows) throws IOException {
    var parts = super.parts(rows);
    Images.requireLabels(parts, Example::image);
    return parts;
  }

  @Override
  protected Parts<Example> sample(long seed) {
    return new Parts<>(made(2000, seed), made(300, seed + 1), made(300, seed + 2));
  }

  private static List<Example> made(int count, long seed) {
    return MadeImages.of(count, seed).stream()
        .map(image -> new Example(image, MadeImages.name(image)))
        .toList();
  }

  @Override
  protected Facts learn(List<Example> training) {
    var texts = training.stream().map(Example::requireText).distinct().toList();
    var first = training.getFirst().image();
    return Facts.none()
        .with("pixels", first.rows() * first.columns())
        .with("longest", texts.stream().mapToInt(String::length).max().orElseThrow())
        .with(
            "letters",
            Vocabulary.ofCharacters(texts)
                .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END));
  }

  // Model: what a dense layer sees in the image goes to a decoder that writes.

  @Override
  protected TaskModel<Example> model(Facts facts) {
    return new CaptionModel(facts);
  }

  private final class CaptionModel extends TaskModel<Example> {
    private final Vocabulary letters;
    private final int pixels;
    private final int longest;
    private final Dense encoder;
    private final Dropout dropout;
    private final InitialStates start;
    private final Embedding embedding;
    private final Recurrent decoder;
    private final Dense output;

    CaptionModel(Facts facts) {
      var s = settings();
      letters = facts.vocabulary("letters");
      pixels = (int) facts.numbers("pixels")[0];
      longest = (int) facts.numbers("longest")[0];
      int input = feed == Feed.STATE ? s.embed() : s.embed() + s.hidden();
      encoder = add("encoder", Dense.of(pixels, s.hidden()).activation(UnaryOp.RELU));
      dropout = add("dropout", Dropout.of(s.dropout()));
      embedding = add("embedding", Embedding.of(letters.size(), s.embed()));
      decoder = add("decoder", Recurrent.of(cell(), input, s.hidden()).layers(s.layers()));
      start = add("start", InitialStates.of(s.hidden(), decoder));
      output = add("output", Dense.of(decoder.outputSize(), letters.size()));
    }

    @Override
    public int length(Example example) {
      return 1; // of any lengths in a batch, or it would hold only classes with names as long
    }

    @Override
    public Batch batch(List<Example> examples) {
      var texts =
          examples.stream()
              .map(example -> Tokenizer.characters().tokens(example.requireText()))
              .toList();
      return TeacherForcing.batch(letters, texts).with("images", images(examples));
    }

    private Sequences images(List<Example> examples) { // [1, B, pixels]
      return Images.steps(examples.stream().map(Example::image).toList(), pixels);
    }

    private Tensor see(Tape tape, Sequences images) { // [B, hidden]
      var seen = encoder.on(tape, tape.input(images)).withLayout(null);
      return dropout.on(tape, seen);
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      var vector = see(tape, batch.get("images"));
      var x = embedding.on(tape, batch.inputs());
      var decoded =
          switch (feed) {
            case STATE -> decoder.run(tape, x, start.on(tape, vector)).output();
            case INPUT -> decoder.on(tape, x.joinColumns(vector.repeat(batch.inputs().layout())));
          };
      return crossEntropy(output.on(tape, decoded), batch.targets());
    }

    @Override
    public List<Outcome> predict(Tape tape, List<Example> examples) {
      var vector = see(tape, images(examples));
      var begin = new int[examples.size()];
      Arrays.fill(begin, letters.index(Vocabulary.BEGIN));
      var vocabulary = DecoderVocabulary.of(embedding, output);
      var initial = feed == Feed.STATE ? start.on(tape, vector) : List.<Tensor>of();
      var search =
          BeamSearch.width(beam)
              .endToken(letters.index(Vocabulary.END))
              .maximumLength(2 * longest + 1);
      try (var steps = RecurrentSteps.of(decoder, initial, vocabulary, begin)) {
        var best = search.best(feed == Feed.STATE ? steps : steps.withContext(vector));
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < examples.size(); i++) {
          outcomes.add(outcome(examples.get(i), best.get(i)));
        }
        return outcomes;
      }
    }

    private Outcome outcome(Example example, Hypothesis best) {
      var text = String.join("", letters.decode(best.toArray()));
      var fields = new LinkedHashMap<String, Object>();
      fields.put("input", example.image().toString());
      fields.put("text", text);
      fields.put("probability", Numbers.format("%.4f", Math.exp(best.logProbability())));
      return example.text() == null
          ? Outcome.of(fields)
          : new Outcome(fields, List.of(exactMatch(text, example.text())));
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

  private static double[] exactMatch(String written, String wanted) {
    return Statistics.exactMatch(written.codePoints().toArray(), wanted.codePoints().toArray());
  }

  @Override
  protected List<Measure> measures(Facts facts) {
    return List.of(Measures.EXACT_MATCH);
  }

  @Override
  protected List<Outcome> baseline(Parts<Example> parts, Facts facts) {
    var counts =
        parts.training().stream()
            .collect(Collectors.groupingBy(Example::requireText, Collectors.counting()));
    var most = Collections.max(counts.values());
    var always =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue().equals(most))
            .map(Map.Entry::getKey)
            .sorted()
            .findFirst();
    return parts.test().stream()
        .map(example -> Outcome.of(exactMatch(always.orElseThrow(), example.requireText())))
        .toList();
  }
}

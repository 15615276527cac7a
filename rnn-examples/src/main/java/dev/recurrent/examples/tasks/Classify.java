package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LabelledFiles;
import dev.recurrent.data.LabelledText;
import dev.recurrent.data.LabelledTexts;
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
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeNames;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/**
 * Many-to-one over characters: which class a short text belongs to, such as the language of a name.
 */
@Command(
    name = "classify",
    header = "Many-to-one, characters: the class of a short text (the language of a name).",
    description = {
      "",
      "Reads a folder with one file for each class, NAME.txt, a text in each line."
    })
public final class Classify extends LabellingTask<LabelledText> {
  private static final Tokenizer CHARACTERS = Tokenizer.characters();

  // Data: a name and its language.

  @Override
  protected List<LabelledText> read(Path path, Rows rows) throws IOException {
    return Files.isDirectory(path)
        ? LabelledFiles.read(path, rows)
        : LabelledTexts.lines(path, rows);
  }

  @Override
  protected List<LabelledText> readLabelled(Path path, Rows rows) throws IOException {
    return LabelledFiles.read(path, rows);
  }

  @Override
  protected Parts<LabelledText> sample(long seed) {
    return Parts.made(2000, 300, seed, MadeNames::of);
  }

  @Override
  protected Facts learn(List<LabelledText> training) {
    var characters = Vocabulary.ofCharacters(training.stream().map(LabelledText::text).toList());
    return Facts.none()
        .with("characters", characters.withSpecials(Vocabulary.UNKNOWN))
        .with("classes", Labels.collect(training, LabelledText::label));
  }

  // Model: characters, one after the other, in both directions; the last states say the class.

  @Override
  protected TaskModel<LabelledText> model(Facts facts) {
    return new NameModel(facts);
  }

  private final class NameModel extends LabellingModel<LabelledText> {
    private final Vocabulary characters;
    private final Embedding embedding;
    private final Recurrent recurrent;
    private final Dropout dropout;
    private final Dense output;

    NameModel(Facts facts) {
      super(labels(facts));
      characters = facts.vocabulary("characters");
      var s = settings();
      embedding = add("embedding", Embedding.of(characters.size(), s.embed()));
      recurrent = add("recurrent", recurrent(s.embed()).bidirectional());
      dropout = add("dropout", Dropout.of(s.dropout()));
      output = add("output", Dense.of(recurrent.outputSize(), labels(facts).size()));
    }

    @Override
    public int length(LabelledText name) {
      return name.text().length();
    }

    @Override
    protected Batch inputs(List<LabelledText> names) {
      return Batch.of(
          Sequences.ofTokens(
              names.stream().map(n -> characters.encode(CHARACTERS.tokens(n.text()))).toList()));
    }

    @Override
    protected Tensor logits(Tape tape, Batch batch) { // [B, classes]
      var last = recurrent.run(tape, embedding.on(tape, batch.inputs())).last();
      return output.on(tape, dropout.on(tape, last));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch), batch.targets());
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a text
      return Streaming.ofLines(this, text -> new LabelledText(null, text));
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("gru", 128).embed(32).dropout(0.3).epochs(15, 4).learning(2e-3, 5);
    return effort == Effort.FULL ? settings : settings.epochs(5, 4);
  }

  @Override
  protected String unit() {
    return "texts";
  }

  // Evaluation: macro F1, in which each language counts the same, however few names it has.

  @Override
  protected Labelling<LabelledText> labels(Facts facts) {
    return new Labels<>(facts.vocabulary("classes"), LabelledText::text, LabelledText::label);
  }
}

package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.data.LabelledFiles;
import dev.recurrent.data.LabelledText;
import dev.recurrent.data.Rows;
import dev.recurrent.data.TextFile;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Labels;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeNames;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
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
public final class Classify extends Task<LabelledText> {

  // Data: a name and its language.

  @Override
  protected List<LabelledText> read(Path path, Rows rows) throws IOException {
    if (Files.isDirectory(path)) {
      return LabelledFiles.read(path, rows);
    }
    return TextFile.lines(path, rows).stream().map(text -> new LabelledText(null, text)).toList();
  }

  @Override
  protected Parts<LabelledText> sample(long seed) {
    return new Parts<>(
        MadeNames.of(2000, seed), MadeNames.of(300, seed + 1), MadeNames.of(300, seed + 2));
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
    return new NameModel(facts.vocabulary("characters"), labels(facts));
  }

  private final class NameModel extends TaskModel<LabelledText> {
    private final Vocabulary characters;
    private final Labels<LabelledText> labels;
    private final Embedding embedding;
    private final Recurrent recurrent;
    private final Dropout dropout;
    private final Dense output;

    NameModel(Vocabulary characters, Labels<LabelledText> labels) {
      this.characters = characters;
      this.labels = labels;
      var s = settings();
      embedding = add("embedding", Embedding.of(characters.size(), s.embed()));
      recurrent =
          add(
              "recurrent",
              Recurrent.of(cell(), s.embed(), s.hidden())
                  .layers(s.layers())
                  .dropout(s.dropout())
                  .bidirectional());
      dropout = add("dropout", Dropout.of(s.dropout()));
      output = add("output", Dense.of(recurrent.outputSize(), labels.size()));
    }

    @Override
    public int length(LabelledText example) {
      return example.text().length();
    }

    @Override
    public Batch batch(List<LabelledText> examples) {
      return Batch.of(characters(examples), labels.targets(examples));
    }

    private Sequences characters(List<LabelledText> examples) {
      var tokens = Tokenizer.characters();
      return Sequences.ofTokens(
          examples.stream().map(e -> characters.encode(tokens.tokens(e.text()))).toList());
    }

    private Tensor logits(Tape tape, Sequences names) { // [B, classes]
      var last = recurrent.run(tape, embedding.on(tape, names), List.of()).last();
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
    public List<Outcome> predict(Tape tape, List<LabelledText> examples) {
      return labels.outcomes(examples, logits(tape, characters(examples)));
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

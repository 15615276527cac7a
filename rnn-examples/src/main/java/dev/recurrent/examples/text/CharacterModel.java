package dev.recurrent.examples.text;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.Cells;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.io.TensorInfo;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Predicts the next character of a text from all before it. */
public final class CharacterModel extends Model {
  /** The name of the model's file in the folder of a run. */
  public static final String FILE = "best.safetensors";

  private static final String PREFIX = "text.";

  private final Vocabulary vocabulary;
  private final Shape shape;
  private final Embedding embedding;
  private final Recurrent recurrent;
  private final Dropout dropout;
  private final Dense output;

  /**
   * Says how large the model is.
   *
   * @param cell the name of a cell of the catalogue
   */
  public record Shape(String cell, int hidden, int layers, int embed) {}

  /**
   * Creates a model that is still to be built.
   *
   * @param dropoutRate of the outputs of each recurrent layer
   */
  public CharacterModel(Vocabulary vocabulary, Shape shape, double dropoutRate) {
    this.vocabulary = vocabulary;
    this.shape = shape;
    embedding = add("embedding", Embedding.of(vocabulary.size(), shape.embed));
    recurrent =
        add(
            "recurrent",
            Recurrent.of(Cells.named(shape.cell), shape.embed, shape.hidden)
                .layers(shape.layers)
                .dropout(dropoutRate));
    dropout = add("dropout", Dropout.of(dropoutRate));
    output = add("output", Dense.of(recurrent.outputSize(), vocabulary.size()));
  }

  /** Returns the characters that the model knows. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Computes the logits of the character after each one, {@code [N, vocabulary]}. */
  public Tensor logits(Tape tape, Sequences characters, RecurrentState state) {
    var h = recurrent.on(tape, embedding.on(tape, characters), state);
    return output.on(tape, dropout.on(tape, h));
  }

  /**
   * Is what the model computes for one text, step by step.
   *
   * @param embedded what the recurrent layers read, {@code [T, embed]}
   * @param outputs what the last of them gives, {@code [T, O]}
   * @param finalStates their states after the last step, {@code [1, S]} each: layer by layer, in it
   *     state by state
   * @param logits of the character after each one, {@code [T, vocabulary]}
   */
  public record Trace(Tensor embedded, Tensor outputs, List<Tensor> finalStates, Tensor logits) {}

  /** Runs the model from zero states and returns all that lies between its layers. */
  public Trace trace(Tape tape, int[] tokens) {
    var x = embedding.on(tape, Sequences.timeMajor(tokens, tokens.length, 1));
    var result = recurrent.run(tape, x, List.of());
    return new Trace(x, result.output(), result.finalStates(), output.on(tape, result.output()));
  }

  /** Computes the mean cross entropy in nats a character. */
  public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
    return crossEntropy(logits(tape, batch.inputs(), state), batch.targets());
  }

  /** Returns what a model file has to say besides the tensors, so that it can be read alone. */
  public Map<String, String> metadata() {
    var metadata = new TreeMap<String, String>();
    metadata.put(PREFIX + "vocabulary", vocabulary.toString());
    metadata.put(PREFIX + "cell", shape.cell);
    metadata.put(PREFIX + "hidden", "" + shape.hidden);
    metadata.put(PREFIX + "layers", "" + shape.layers);
    metadata.put(PREFIX + "embed", "" + shape.embed);
    return metadata;
  }

  /**
   * Reads a model from its file, or from the folder of the run that made it.
   *
   * @throws IOException if there is none, or it is not of a character model
   */
  public static CharacterModel read(Path folderOrFile, Backend backend) throws IOException {
    var path = folderOrFile;
    if (Files.isDirectory(path)) {
      path = path.resolve(FILE);
      if (Files.notExists(path)) {
        throw new IOException(
            folderOrFile
                + ": expected the folder of a run with "
                + FILE
                + ", which the first epoch's end brings, got none");
      }
    }
    var file = SafeTensors.read(path);
    var shape =
        new Shape(
            text(path, file, "cell"),
            number(path, file, "hidden"),
            number(path, file, "layers"),
            number(path, file, "embed"));
    var model = new CharacterModel(Vocabulary.parse(text(path, file, "vocabulary")), shape, 0);
    try {
      model.requireRoomIn(file, path);
      model.build(backend, 1);
      model.load(file, "");
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Refuses a file that says it is of a larger model than it holds, before memory is taken. */
  private void requireRoomIn(SafeTensors file, Path path) throws IOException {
    long held = file.tensors().values().stream().mapToLong(TensorInfo::elements).sum();
    long needed = (long) vocabulary.size() * shape.embed;
    for (int layer = 0; layer < shape.layers && needed <= held; layer++) {
      for (var parameter : recurrent.program(layer).parameters()) {
        needed += (long) parameter.rows() * parameter.columns();
      }
    }
    if (needed > held) {
      throw new SafeTensorsException(
          path, "tensors", "at least " + needed + " numbers for " + shape, held + "");
    }
  }

  private static int number(Path path, SafeTensors file, String key) throws IOException {
    var text = text(path, file, key);
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= 1 << 20) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, as a number out of range is.
    }
    throw new SafeTensorsException(path, PREFIX + key, "a number from 1 to " + (1 << 20), text);
  }

  private static String text(Path path, SafeTensors file, String key) throws IOException {
    var value = file.metadata().get(PREFIX + key);
    if (value == null || value.isEmpty()) {
      throw new SafeTensorsException(
          path, "metadata", PREFIX + key + ", as rnn train text writes it", "none");
    }
    return value;
  }
}

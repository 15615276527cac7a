package dev.recurrent.examples.text;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Initializer;
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

/** Predicts the next token of a text, a character, a word or a piece of one, from all before it. */
public final class TokenModel extends Model {
  /** The name of the model's file in the folder of a run. */
  public static final String FILE = "best.safetensors";

  private static final String PREFIX = "text.";

  /** The largest number in a vector at first, where it is a weight of the logits, too. */
  private static final double TIED_LIMIT = 0.1;

  private final TextCode code;
  private final Shape shape;
  private final Embedding embedding;
  private final Recurrent recurrent;
  private final Dropout dropout;
  private final Dense output;

  /**
   * Says how large the model is.
   *
   * @param cell the name of a cell of the catalogue
   * @param tie whether tokens are predicted with the vectors by which they are read (Press and Wolf
   *     2017), which needs outputs of the size of those vectors
   */
  public record Shape(String cell, int hidden, int layers, int embed, boolean tie) {}

  /**
   * Creates a model that is still to be built.
   *
   * @param dropoutRate of the tokens' vectors and of the outputs of each recurrent layer (Zaremba
   *     et al. 2014)
   * @throws IllegalArgumentException if the sizes of tied layers differ
   */
  public TokenModel(TextCode code, Shape shape, double dropoutRate) {
    this.code = code;
    this.shape = shape;
    int tokens = code.vocabulary().size();
    embedding = add("embedding", Embedding.of(tokens, shape.embed));
    recurrent =
        add(
            "recurrent",
            Recurrent.of(Cells.named(shape.cell), shape.embed, shape.hidden)
                .layers(shape.layers)
                .dropout(shape.layers > 1 ? dropoutRate : 0));
    dropout = add("dropout", Dropout.of(dropoutRate));
    if (shape.tie) {
      if (recurrent.outputSize() != shape.embed) {
        throw new IllegalArgumentException(
            "--tie: expected vectors of the size of the outputs, --embed "
                + recurrent.outputSize()
                + ", got "
                + shape.embed);
      }
      embedding.initialized(Initializer.uniform(TIED_LIMIT));
      output = add("output", Dense.tiedTo(embedding));
    } else {
      output = add("output", Dense.of(recurrent.outputSize(), tokens));
    }
  }

  /** Returns what turns texts into the tokens that the model knows. */
  public TextCode code() {
    return code;
  }

  /** Computes the logits of the token after each one, {@code [N, vocabulary]}. */
  public Tensor logits(Tape tape, Sequences tokens, RecurrentState state) {
    var x = dropout.on(tape, embedding.on(tape, tokens));
    return output.on(tape, dropout.on(tape, recurrent.on(tape, x, state)));
  }

  /**
   * Is what the model computes for one text, step by step.
   *
   * @param embedded what the recurrent layers read, {@code [T, embed]}
   * @param outputs what the last of them gives, {@code [T, O]}
   * @param finalStates their states after the last step, {@code [1, S]} each: layer by layer, in it
   *     state by state
   * @param logits of the token after each one, {@code [T, vocabulary]}
   */
  public record Trace(Tensor embedded, Tensor outputs, List<Tensor> finalStates, Tensor logits) {}

  /** Runs the model from zero states and returns all that lies between its layers. */
  public Trace trace(Tape tape, int[] tokens) {
    var x = embedding.on(tape, Sequences.timeMajor(tokens, tokens.length, 1));
    var result = recurrent.run(tape, x, List.of());
    return new Trace(x, result.output(), result.finalStates(), output.on(tape, result.output()));
  }

  /** Computes the mean cross entropy in nats a token. */
  public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
    return crossEntropy(logits(tape, batch.inputs(), state), batch.targets());
  }

  /** Returns what a model file has to say besides the tensors, so that it can be read alone. */
  public Map<String, String> metadata() {
    var metadata = new TreeMap<String, String>();
    metadata.put("task", "text");
    code.write(metadata);
    metadata.put(PREFIX + "cell", shape.cell);
    metadata.put(PREFIX + "hidden", "" + shape.hidden);
    metadata.put(PREFIX + "layers", "" + shape.layers);
    metadata.put(PREFIX + "embed", "" + shape.embed);
    metadata.put(PREFIX + "tie", "" + shape.tie);
    return metadata;
  }

  /**
   * Reads a model from its file, or from the folder of the run that made it.
   *
   * @throws IOException if there is none, or it is not of a language model
   */
  public static TokenModel read(Path folderOrFile, Backend backend) throws IOException {
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
            number(path, file, "embed"),
            Boolean.parseBoolean(text(path, file, "tie")));
    var model = new TokenModel(code(path, file), shape, 0);
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
    long needed = (long) code.vocabulary().size() * shape.embed;
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

  private static TextCode code(Path path, SafeTensors file) throws IOException {
    try {
      return TextCode.of(file.metadata());
    } catch (IllegalArgumentException e) {
      throw new IOException(path + ": " + e.getMessage(), e);
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

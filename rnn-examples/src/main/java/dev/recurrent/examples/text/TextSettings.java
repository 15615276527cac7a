package dev.recurrent.examples.text;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.spi.Precision;
import dev.recurrent.train.Adam;
import dev.recurrent.train.Optimizer;
import dev.recurrent.train.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds everything that decides the bits of a run, kept in its folder so that it can go on there.
 *
 * @param places where the texts are
 * @param sha256 of the texts
 * @param code how the texts become tokens
 * @param shape the sizes of the model
 * @param learning how it learns
 * @param backend the name of the backend
 * @param precision the numbers in which the backend multiplies
 * @param quick whether the run has to show at its end that it has learnt something
 */
public record TextSettings(
    Places places,
    String sha256,
    Code code,
    TokenModel.Shape shape,
    Learning learning,
    String backend,
    Precision precision,
    boolean quick) {

  private static final String FILE = "run.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * Says where the texts are.
   *
   * @param data what trains, or null for the embedded text, of which the folder has a copy
   * @param validation null for the last tenth of {@code data}
   * @param test null for none
   */
  public record Places(@Nullable String data, @Nullable String validation, @Nullable String test) {}

  /**
   * Says how a text becomes tokens.
   *
   * @param minCount how often a token occurs in the training text at least; of byte pairs, a
   *     character
   * @param merges how many merges are learnt for byte pairs; 0 for other tokens
   */
  public record Code(TokenKind tokens, int minCount, int merges) {}

  /** Says which rule moves the parameters. */
  public enum Method {
    /** Kingma and Ba's, which adapts the rate of each parameter. */
    ADAM,
    /** Plain gradient descent. */
    SGD;

    /** Returns the name on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Says how the model learns.
   *
   * @param decay by which the learning rate is multiplied at each epoch after {@code decayAfter}
   */
  public record Learning(
      double dropout,
      int batch,
      int seq,
      int epochs,
      Method optimizer,
      double lr,
      double decay,
      int decayAfter,
      double clip,
      long seed) {

    /** Returns the optimizer with its learning rate at the start. */
    Optimizer newOptimizer() {
      return switch (optimizer) {
        case ADAM -> Adam.withLearningRate(lr);
        case SGD -> Sgd.withLearningRate(lr);
      };
    }
  }

  /**
   * Returns how a text becomes tokens where nothing is said: all tokens are kept, but for words of
   * a text whose rare words have not been replaced already, as they are in the Penn treebank.
   */
  public static Code defaultCode(TokenKind tokens, boolean quick, Text training) {
    return switch (tokens) {
      case CHARACTER -> new Code(tokens, 1, 0);
      case WORD -> new Code(tokens, training.content().contains(Vocabulary.UNKNOWN) ? 1 : 2, 0);
      case BPE -> new Code(tokens, 1, quick ? 500 : 4000);
    };
  }

  /** Returns the sizes that apply where nothing is said; a quick run's are smaller. */
  public static TokenModel.Shape defaultShape(TokenKind tokens, boolean quick) {
    return switch (tokens) {
      case CHARACTER ->
          quick
              ? new TokenModel.Shape("lstm", 128, 1, 32, false)
              : new TokenModel.Shape("lstm", 256, 2, 64, false);
      case WORD, BPE ->
          quick
              ? new TokenModel.Shape("lstm", 64, 1, 64, true)
              : new TokenModel.Shape("lstm", 200, 2, 200, true);
    };
  }

  /**
   * Returns how a model learns where nothing is said: models of words by plain gradient descent at
   * a high rate that is halved in the end (Zaremba et al. 2014, whose losses are sums over the
   * steps of a window: their rate of 1 and limit of 5 are about 20 and 0.25 of ours, which are
   * means).
   */
  public static Learning defaultLearning(TokenKind tokens, boolean quick) {
    return switch (tokens) {
      case CHARACTER ->
          quick
              ? new Learning(0, 32, 32, 1, Method.ADAM, 5e-3, 1, 0, 5, 1)
              : new Learning(0, 64, 64, 3, Method.ADAM, 2e-3, 1, 0, 5, 1);
      case WORD, BPE ->
          quick
              ? new Learning(0.1, 8, 16, 2, Method.ADAM, 5e-3, 1, 0, 1, 1)
              : new Learning(0.2, 20, 35, 8, Method.SGD, 20, 0.5, 4, 0.25, 1);
    };
  }

  /** Returns the same with another number of epochs: a longer run begins as a shorter one does. */
  public TextSettings withEpochs(int epochs) {
    var l = learning;
    var longer =
        new Learning(
            l.dropout,
            l.batch,
            l.seq,
            epochs,
            l.optimizer,
            l.lr,
            l.decay,
            l.decayAfter,
            l.clip,
            l.seed);
    return new TextSettings(places, sha256, code, shape, longer, backend, precision, quick);
  }

  /** Tells whether a folder holds a run. */
  public static boolean isRun(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /** Writes the settings into the folder of the run. */
  public void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(FILE), JSON.writeValueAsBytes(this));
  }

  /**
   * Reads the settings of a run.
   *
   * @throws IOException if the folder holds none, or they are damaged
   */
  public static TextSettings read(Path folder) throws IOException {
    var file = folder.resolve(FILE);
    if (Files.notExists(file)) {
      throw new IOException(
          folder + ": expected the folder of a run of 'rnn train text' (" + FILE + "), got none");
    }
    try {
      return JSON.readValue(Files.readAllBytes(file), TextSettings.class);
    } catch (JacksonException e) {
      throw new IOException(
          file + ": expected the settings of a run, got " + e.getOriginalMessage(), e);
    }
  }
}

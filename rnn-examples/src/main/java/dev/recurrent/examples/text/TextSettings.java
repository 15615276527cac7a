package dev.recurrent.examples.text;

import dev.recurrent.io.AtomicFiles;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds everything that decides the bits of a run, kept in its folder so that it can go on there.
 *
 * @param data the text's file, or null for the embedded text, of which the folder has a copy
 * @param sha256 of the text
 * @param backend the name of the backend
 * @param precision the numbers in which the backend multiplies
 * @param quick whether the run has to show at its end that it has learnt something
 */
public record TextSettings(
    @Nullable String data,
    String sha256,
    String cell,
    int hidden,
    int layers,
    int embed,
    double dropout,
    int batch,
    int seq,
    int epochs,
    double lr,
    double clip,
    long seed,
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

  /** Is what the command line says; null where it says nothing. */
  public record Given(
      @Nullable String cell,
      @Nullable Integer hidden,
      @Nullable Integer layers,
      @Nullable Integer embed,
      @Nullable Double dropout,
      @Nullable Integer batch,
      @Nullable Integer seq,
      @Nullable Integer epochs,
      @Nullable Double lr,
      @Nullable Double clip,
      @Nullable Long seed,
      boolean quick) {}

  /** Fills what is not given with the defaults, which are smaller for a quick run. */
  public static TextSettings of(
      Given given, @Nullable String data, String sha256, Backend backend) {
    boolean quick = given.quick;
    return new TextSettings(
        data,
        sha256,
        or(given.cell, "lstm"),
        or(given.hidden, quick ? 128 : 256),
        or(given.layers, quick ? 1 : 2),
        or(given.embed, quick ? 32 : 64),
        or(given.dropout, 0.0),
        or(given.batch, quick ? 32 : 64),
        or(given.seq, quick ? 32 : 64),
        or(given.epochs, quick ? 1 : 3),
        or(given.lr, quick ? 5e-3 : 2e-3),
        or(given.clip, 5.0),
        or(given.seed, 1L),
        backend.device().backend(),
        backend.precision(),
        quick);
  }

  /** Returns the same with another number of epochs. */
  public TextSettings withEpochs(int count) {
    return new TextSettings(
        data, sha256, cell, hidden, layers, embed, dropout, batch, seq, count, lr, clip, seed,
        backend, precision, quick);
  }

  /**
   * Returns what the command line says other than this run, such as {@code --hidden 128 (the run
   * has 256)}. The number of epochs may differ: a longer run begins as a shorter one does.
   */
  public List<String> contradictions(Given given) {
    var found = new ArrayList<String>();
    compare(found, "--cell", given.cell, cell);
    compare(found, "--hidden", given.hidden, hidden);
    compare(found, "--layers", given.layers, layers);
    compare(found, "--embed", given.embed, embed);
    compare(found, "--dropout", given.dropout, dropout);
    compare(found, "--batch", given.batch, batch);
    compare(found, "--seq", given.seq, seq);
    compare(found, "--lr", given.lr, lr);
    compare(found, "--clip", given.clip, clip);
    compare(found, "--seed", given.seed, seed);
    if (given.quick && !quick) {
      found.add("--quick (the run is not quick)");
    }
    return found;
  }

  /** Returns the sizes of the model. */
  public CharacterModel.Shape shape() {
    return new CharacterModel.Shape(cell, hidden, layers, embed);
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

  private static void compare(
      List<String> found, String option, @Nullable Object given, Object saved) {
    if (given != null && !given.equals(saved)) {
      found.add(option + " " + given + " (the run has " + saved + ")");
    }
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}

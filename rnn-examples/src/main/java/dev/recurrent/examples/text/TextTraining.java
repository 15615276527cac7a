package dev.recurrent.examples.text;

import dev.recurrent.examples.run.HistoryFile;
import dev.recurrent.examples.run.LossCurve;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.Adam;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Metrics;
import dev.recurrent.train.TokenStreams;
import dev.recurrent.train.Training;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * Trains a character model in a folder. The first 90 % of the text train: cut into parallel
 * streams, read in windows, the state carried from one window to the next (truncated BPTT); the
 * rest validates, as one epoch's end after the other.
 */
public final class TextTraining implements AutoCloseable {
  private final TextSettings settings;
  private final Path folder;
  private final CharacterModel model;
  private final TokenStreams trainingStreams;
  private final TokenStreams validationStreams;
  private final double unigramEntropy;
  private final Training training;

  /**
   * Prepares a run; where the folder has a checkpoint, it goes on from there.
   *
   * @throws IOException if the text is too short
   */
  public TextTraining(Backend backend, Text text, TextSettings settings, Path folder)
      throws IOException {
    text.requireWindows(settings.batch(), settings.seq());
    this.settings = settings;
    this.folder = folder;
    var vocabulary = Vocabulary.of(text.characters());
    var tokens = vocabulary.encode(text.characters());
    int split = text.trainingLength();
    var validation = Arrays.copyOfRange(tokens, split, tokens.length);
    trainingStreams =
        TokenStreams.of(Arrays.copyOf(tokens, split), settings.batch()).windows(settings.seq());
    validationStreams = TokenStreams.of(validation, Text.VALIDATION_STREAMS);
    unigramEntropy = entropy(validation, vocabulary.size());
    model = new CharacterModel(vocabulary, settings.shape(), settings.dropout());
    model.build(backend, settings.seed());
    training =
        Training.of(model)
            .loss(model::loss)
            .optimizer(Adam.withLearningRate(settings.lr()))
            .clipGradientNorm(settings.clip())
            .truncatedBptt(settings.seq())
            .validateOn(validationStreams, Metrics.LOSS)
            .checkpointTo(folder)
            .modelMetadata(model.metadata())
            .seed(settings.seed());
    if (hasCheckpoint(folder)) {
      training.resumeFrom(folder);
    }
  }

  /** Tells whether a run has got as far as a checkpoint. */
  public static boolean hasCheckpoint(Path folder) {
    return Files.exists(folder.resolve("checkpoint.safetensors"));
  }

  /** Returns the model. */
  public CharacterModel model() {
    return model;
  }

  /** Returns the number of characters that are predicted in an epoch. */
  public long trainingCharacters() {
    return trainingStreams.targets();
  }

  /** Returns the number of characters that are predicted in a validation. */
  public long validationCharacters() {
    return validationStreams.targets();
  }

  /**
   * Returns the loss on the validation text, in nats a character, of the best model that knows how
   * frequent each character is there, and nothing else: what learning has to beat.
   */
  public double unigramEntropy() {
    return unigramEntropy;
  }

  /** Trains until all epochs are done or {@link #stop()} is called. */
  public TrainingResult run(Duration checkpointEvery, TrainingListener... listeners)
      throws IOException {
    return training
        .checkpointEvery(checkpointEvery)
        .listener(listeners)
        .listener(new HistoryFile(folder), new LossCurve(folder, "nats a character"))
        .fit(trainingStreams, Budget.epochs(settings.epochs()));
  }

  /** Asks {@link #run} to write a checkpoint and return; any thread may call it. */
  public void stop() {
    training.requestStop();
  }

  private static double entropy(int[] tokens, int vocabulary) {
    var counts = new long[vocabulary];
    for (int token : tokens) {
      counts[token]++;
    }
    double entropy = 0;
    for (long count : counts) {
      double share = (double) count / tokens.length;
      entropy -= count == 0 ? 0 : share * Math.log(share);
    }
    return entropy;
  }

  @Override
  public void close() {
    model.close();
  }
}

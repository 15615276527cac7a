package dev.recurrent.examples.text;

import dev.recurrent.examples.run.HistoryFile;
import dev.recurrent.examples.run.LossCurve;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Metrics;
import dev.recurrent.train.Schedule;
import dev.recurrent.train.TokenStreams;
import dev.recurrent.train.Training;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Trains a language model in a folder. The training text is cut into parallel streams, read in
 * windows, the state carried from one window to the next (truncated BPTT); the validation text is
 * read after each epoch.
 */
public final class TextTraining implements AutoCloseable {
  /** The parallel streams in which the validation text is read. */
  private static final int VALIDATION_STREAMS = 16;

  private final TextSettings settings;
  private final Path folder;
  private final TokenModel model;
  private final TokenStreams trainingStreams;
  private final TokenStreams validationStreams;
  private final double unigramEntropy;
  private final Training training;

  /**
   * Prepares a run; where the folder has a checkpoint, it goes on from there.
   *
   * @throws IllegalArgumentException if a text is too short
   */
  public TextTraining(Backend backend, Texts texts, TextSettings settings, Path folder)
      throws IOException {
    this.settings = settings;
    this.folder = folder;
    var learning = settings.learning();
    var kind = settings.code().tokens();
    var code = TextCode.learn(settings.code(), texts);
    var tokens = code.encode(texts.training());
    var validation = code.encode(texts.validation());
    long window = (long) learning.batch() * learning.seq() + 1;
    if (tokens.length < window) {
      throw new IllegalArgumentException(
          "%s: expected at least %,d %s that train, for one window of %d in each of %d streams, got %,d; a smaller --batch or --seq needs fewer"
              .formatted(
                  texts.training().name(),
                  window,
                  kind.plural(),
                  learning.seq(),
                  learning.batch(),
                  tokens.length));
    }
    if (validation.length <= VALIDATION_STREAMS) {
      throw new IllegalArgumentException(
          "%s: expected at least %d %s that validate, got %d"
              .formatted(
                  texts.validation().name(),
                  VALIDATION_STREAMS + 1,
                  kind.plural(),
                  validation.length));
    }
    trainingStreams = TokenStreams.of(tokens, learning.batch()).windows(learning.seq());
    validationStreams = TokenStreams.of(validation, VALIDATION_STREAMS);
    unigramEntropy = entropy(validation, code.vocabulary().size());
    model = new TokenModel(code, settings.shape(), learning.dropout());
    model.build(backend, learning.seed());
    training =
        Training.of(model)
            .loss(model::loss)
            .optimizer(learning.newOptimizer())
            .schedule(Schedule.decayAfter(learning.decayAfter(), learning.decay()))
            .clipGradientNorm(learning.clip())
            .truncatedBptt(learning.seq())
            .validateOn(validationStreams, Metrics.LOSS)
            .checkpointTo(folder)
            .modelMetadata(model.metadata())
            .seed(learning.seed());
    if (hasCheckpoint(folder)) {
      training.resumeFrom(folder);
    }
  }

  /** Tells whether a run has got as far as a checkpoint. */
  public static boolean hasCheckpoint(Path folder) {
    return Files.exists(folder.resolve("checkpoint.safetensors"));
  }

  /** Returns the model. */
  public TokenModel model() {
    return model;
  }

  /** Returns the number of tokens that are predicted in an epoch. */
  public long trainingTokens() {
    return trainingStreams.targets();
  }

  /** Returns the number of tokens that are predicted in a validation. */
  public long validationTokens() {
    return validationStreams.targets();
  }

  /**
   * Returns the loss on the validation text, in nats a token, of the best model that knows how
   * frequent each token is there, and nothing else: what learning has to beat.
   */
  public double unigramEntropy() {
    return unigramEntropy;
  }

  /** Trains until all epochs are done or {@link #stop()} is called. */
  public TrainingResult run(Duration checkpointEvery, TrainingListener... listeners)
      throws IOException {
    var unit = "nats a " + settings.code().tokens().singular();
    return training
        .checkpointEvery(checkpointEvery)
        .listener(listeners)
        .listener(new HistoryFile(folder), new LossCurve(folder, unit))
        .fit(trainingStreams, Budget.epochs(settings.learning().epochs()));
  }

  /** Asks {@link #run} to write a checkpoint and return; any thread may call it. */
  public void stop() {
    training.requestStop();
  }

  /** Says how well the best model so far predicts a text. */
  public TextScore test(Text text) throws IOException {
    model.load(SafeTensors.read(folder.resolve(TokenModel.FILE)), "");
    return TextScore.of(model, text);
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

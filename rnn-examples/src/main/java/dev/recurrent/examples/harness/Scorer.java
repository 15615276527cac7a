package dev.recurrent.examples.harness;

import dev.recurrent.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Is a command under {@code ./rnn train} that is no {@link Task}, since its data are not examples,
 * but whose models {@code ./rnn eval} can score, too.
 */
public interface Scorer {
  /** Returns the command that does for such models what {@code ./rnn predict} does for others. */
  String insteadOfPredict();

  /**
   * Scores a model on a file, and says so in one line.
   *
   * @param model a model file, or the folder of the run that made it
   */
  String score(Path model, Path data, Backend backend) throws IOException;
}

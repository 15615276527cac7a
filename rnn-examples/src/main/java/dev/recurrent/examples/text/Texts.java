package dev.recurrent.examples.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the texts of a run.
 *
 * @param training what trains
 * @param validation what chooses the best epoch
 * @param test what gives the score, or null for none
 */
public record Texts(Text training, Text validation, @Nullable Text test) {

  /**
   * Says where other texts are.
   *
   * @param validation null for the last tenth of the data
   * @param test null for none
   */
  public record Others(@Nullable Path validation, @Nullable Path test) {}

  /**
   * Reads the other texts, and parts the data where none is given to validate.
   *
   * @throws IOException if a file cannot be read, or is not UTF-8
   */
  public static Texts read(TokenKind kind, Text data, Others others) throws IOException {
    var test = others.test == null ? null : Text.read(others.test);
    if (others.validation != null) {
      return new Texts(data, Text.read(others.validation), test);
    }
    var parts = data.split(kind);
    return new Texts(parts.get(0), parts.get(1), test);
  }

  /** Returns what tells whether the texts are still the same. */
  public String sha256() {
    return Text.sha256(all());
  }

  /** Returns the texts that there are. */
  List<Text> all() {
    return test == null ? List.of(training, validation) : List.of(training, validation, test);
  }
}

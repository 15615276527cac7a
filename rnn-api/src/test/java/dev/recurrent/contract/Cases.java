package dev.recurrent.contract;

import dev.recurrent.io.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the cases that PyTorch computed: those among the test resources, or all of the folder that
 * {@code -Drnn.cases=DIR} names.
 */
public final class Cases {
  private Cases() {}

  /** Returns the cases whose kind is one of the given ones. */
  public static List<SafeTensors> ofKind(String... kinds) {
    try (Stream<Path> files = Files.list(folder())) {
      var found =
          files
              .filter(file -> file.toString().endsWith(".safetensors"))
              .sorted()
              .map(Cases::read)
              .filter(c -> List.of(kinds).contains(c.metadata().get("kind")))
              .toList();
      if (found.isEmpty()) {
        throw new IllegalStateException("cases: expected some of " + List.of(kinds) + ", got none");
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() {
    var named = System.getProperty("rnn.cases");
    if (named != null) {
      return Path.of(named);
    }
    try {
      var resource = Cases.class.getResource("/dev/recurrent/cases");
      return Path.of(java.util.Objects.requireNonNull(resource).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SafeTensors read(Path file) {
    try {
      return SafeTensors.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

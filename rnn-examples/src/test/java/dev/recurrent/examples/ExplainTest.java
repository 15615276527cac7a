package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExplainTest {
  private static final Path PAGE = Path.of("..", "docs", "explain.md");
  private static final Pattern LISTING =
      Pattern.compile("```sh\n\\./rnn (explain [^\n]*)\n```\n\n```text\n(.*?)```", Pattern.DOTALL);

  /** A command of the page and what stands below it. */
  record Listing(String command, String text) {}

  static List<Listing> listings() throws IOException {
    return LISTING
        .matcher(Files.readString(PAGE))
        .results()
        .map(match -> new Listing(match.group(1), match.group(2)))
        .toList();
  }

  static List<String> cells() {
    return Cells.all().stream().map(cell -> cell.name()).toList();
  }

  @Test
  void thePageHasListings() throws IOException {
    assertEquals(5, listings().size());
  }

  @ParameterizedTest
  @MethodSource("listings")
  void aListingOfThePageIsWhatTheCommandPrints(Listing listing) {
    var run = CommandLineRun.ofLine(listing.command());
    assertEquals(0, run.status(), run::err);
    assertEquals(listing.text(), run.out().replace(System.lineSeparator(), "\n"));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void everyCellIsExplainedByEveryBackend(String cell) {
    for (var backend : List.of("cpu", "cuda", "reference")) {
      for (var direction : List.of("", " --backward")) {
        var run =
            CommandLineRun.ofLine("explain --cell " + cell + " --backend " + backend + direction);
        assertEquals(0, run.status(), run::err);
        assertTrue(run.out().lines().count() >= 1, run::out);
      }
    }
  }

  @Test
  void anUnknownBackendIsRefusedWithTheNamesThereAre() {
    var run = CommandLineRun.ofLine("explain --backend abacus");
    assertEquals(2, run.status());
    assertTrue(run.err().contains("expected one of [cpu, ") && run.err().contains("got abacus"));
  }
}

package dev.recurrent.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.recurrent.bench.compare.Work.Cell;
import dev.recurrent.bench.compare.Work.Mode;
import dev.recurrent.bench.compare.Work.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @Test
  void aCandidateThatAnswersSomethingElseIsMissing() {
    try (var peer = Peer.python("a peer", "name", 1, List.of(JAVA, Path.of("--version")))) {
      assertNotNull(peer.missing());
      var work = new Work(Cell.LSTM, new Shape(1, 1, 1, 1, 1), Mode.FWD);
      assertEquals(
          "missing: " + peer.missing(),
          peer.ask(Peer.request("run", work)).get("unsupported").asString());
    }
  }
}

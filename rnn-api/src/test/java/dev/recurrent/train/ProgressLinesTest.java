package dev.recurrent.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private static List<String> printed(UnaryOperator<Training> setup, Budget budget)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var backend = new ReferenceBackend();
        var model = new TinyModel(Cells.ELMAN, 0);
        var out = new PrintStream(bytes, true, UTF_8)) {
      model.build(backend, 1);
      setup
          .apply(Training.of(model).loss(model::loss).listener(new ProgressLines(out)))
          .fit(TokenStreams.of(TinyModel.text(41, 4), 2), budget);
      assertTrue(!out.checkError());
    }
    return bytes.toString(UTF_8).lines().toList();
  }

  @Test
  void eachEpochIsALineWithItsLossAndItsMetric() throws IOException {
    var validation = TokenStreams.of(TinyModel.text(41, 5), 2);
    var lines = printed(t -> t.validateOn(validation, Metrics.PERPLEXITY), Budget.epochs(2));
    assertEquals(2, lines.size(), lines.toString());
    assertTrue(
        lines
            .getLast()
            .matches("epoch 2 of 2: loss [12]\\.\\d{4}, perplexity [5-9]\\.\\d{4}, \\d+\\.\\d s"),
        lines.toString());
  }

  @Test
  void whatIsNotKnownIsLeftOutAndNumbersHaveAPointAnywhere() throws IOException {
    var before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      var lines = printed(t -> t, Budget.updates(1));
      assertEquals(1, lines.size(), lines.toString());
      assertTrue(
          lines.getFirst().matches("epoch 1: loss [12]\\.\\d{4}, \\d+\\.\\d s"), lines.toString());
    } finally {
      Locale.setDefault(before);
    }
  }
}

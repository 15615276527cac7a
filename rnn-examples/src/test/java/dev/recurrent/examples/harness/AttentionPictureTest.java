package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AttentionPictureTest {
  @TempDir private Path folder;

  @Test
  void tokensThatOccurTwiceAreDrawn() throws IOException {
    var file = folder.resolve("a.png");
    var weights = new float[][] {{0.9f, 0.1f, 0}, {0, 0.5f, 0.5f}, {0, 0, 1}, {1, 0, 0}};
    AttentionPicture.draw(
        List.of("the", "the", "<eos>"), List.of("le", "la", "le", "le"), weights, file);
    assertTrue(Files.size(file) > 1000);
  }

  @Test
  void otherWeightsThanTokensAreRefused() {
    var weights = new float[][] {{1, 0}};
    var file = folder.resolve("a.png");
    assertEquals(
        "weights: expected a row for each of 2 tokens, got 1",
        message(() -> AttentionPicture.draw(List.of("a", "b"), List.of("x", "y"), weights, file)));
    assertEquals(
        "weights: expected one for each of 1 tokens of the source, got 2",
        message(() -> AttentionPicture.draw(List.of("a"), List.of("x"), weights, file)));
  }

  private static String message(org.junit.jupiter.api.function.Executable action) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}

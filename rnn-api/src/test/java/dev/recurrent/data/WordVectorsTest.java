package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.layer.Embedding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordVectorsTest {
  private static final Vocabulary VOCABULARY =
      Vocabulary.of(List.of("<unk>", "the", "cat", "at x", "12"));

  @TempDir private Path folder;

  private WordVectors read(String content) throws IOException {
    var file = DataFiles.write(folder.resolve("vectors.txt"), content);
    return WordVectors.read(file, VOCABULARY, Rows.failing());
  }

  private void assertMalformed(String message, String content) {
    assertRefused(folder, "vectors.txt:" + message, () -> read(content));
  }

  @Test
  void keepsTheVectorsOfTheVocabulary() throws IOException {
    var vectors = read("the 0.5 -1 2e-3\ndog 1 2 3\ncat 4 5 6\n");
    assertEquals(3, vectors.size());
    assertEquals(Set.of(1, 2), vectors.byToken().keySet());
    assertArrayEquals(new float[] {0.5f, -1, 2e-3f}, vectors.byToken().get(1));
    assertArrayEquals(new float[] {4, 5, 6}, vectors.byToken().get(2));
    assertEquals("2 vectors of 3 numbers", vectors.toString());
    var embedding = Embedding.of(VOCABULARY.size(), vectors.size());
    vectors.byToken().forEach(embedding::startingWith);
  }

  @Test
  void aHeadingIsNoWord() throws IOException {
    var vectors = read("12 2\nthe 1 2 \n12 3 4 \n");
    assertEquals(2, vectors.size());
    assertEquals(Set.of(1, 4), vectors.byToken().keySet());
    assertArrayEquals(new float[] {3, 4}, vectors.byToken().get(4));
  }

  @Test
  void theHeadingSaysHowLongVectorsAre() throws IOException {
    var vectors = read("2 2\nat x 3 4\nthe 5 6\n");
    assertArrayEquals(new float[] {3, 4}, vectors.byToken().get(3));
    assertArrayEquals(new float[] {5, 6}, vectors.byToken().get(1));
    assertMalformed("2:1: expected a word and 3 numbers, got \"the 5 6\"", "1 3\nthe 5 6\n");
    assertMalformed(" expected word vectors, got a file without", "1 3\n");
  }

  @Test
  void aWordMayHaveSpacesAndItsFirstLineCounts() throws IOException {
    var vectors = read("the 1 2\nat x 3 4\nthe 5 6\n");
    assertArrayEquals(new float[] {3, 4}, vectors.byToken().get(3));
    assertArrayEquals(new float[] {1, 2}, vectors.byToken().get(1));
  }

  @Test
  void malformedLinesAreNamedOrSkipped() throws IOException {
    assertMalformed("2:1: expected a word and 2 numbers, got \"cat 3\"", "the 1 2\ncat 3\n");
    assertMalformed("2:1: expected a word and 2 numbers, got \"dog\"", "the 1 2\ndog\n");
    assertMalformed("2:7: expected a number, got \"x\"", "the 1 2\ncat 3 x\n");
    assertMalformed("2:5: expected a number, got \"NaN\"", "the 1 2\ncat NaN 3\n");
    assertMalformed("1:1: expected a word and its vector, got \"\"", "\nthe 1 2\n");
    assertMalformed(" expected word vectors, got a file without", "");
    var rows = Rows.skipping();
    var file = DataFiles.write(folder.resolve("some.txt"), "the 1 2\ncat 3\ncat 5 6\n");
    var vectors = WordVectors.read(file, VOCABULARY, rows);
    assertArrayEquals(new float[] {5, 6}, vectors.byToken().get(2));
    assertEquals(1, rows.skipped());
  }
}

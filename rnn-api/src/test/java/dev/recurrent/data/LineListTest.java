package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.tape.Sequences;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Buckets;
import dev.recurrent.train.MiniBatches;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineListTest {
  @TempDir private Path folder;

  private LineList<String> open(String bytes, Rows rows) throws IOException {
    var file = DataFiles.writeBytes(folder.resolve("lines.txt"), bytes);
    return LineList.open(file, (line, place) -> line, rows);
  }

  @Test
  void isTheListOfLinesInAnyOrder() throws IOException {
    var bytes = "\u00ef\u00bb\u00bferste\r\n\n\u00c3\u00a4\nno\rend";
    var lines = TextFile.lines(DataFiles.writeBytes(folder.resolve("a"), bytes), Rows.failing());
    assertEquals(List.of("erste", "", "ä", "no\rend"), lines);
    try (var list = open(bytes, Rows.failing())) {
      assertEquals(lines, list);
      for (int i : new int[] {3, 0, 2, 1, 3}) {
        assertEquals(lines.get(i), list.get(i));
      }
      assertThrows(IndexOutOfBoundsException.class, () -> list.get(4));
    }
    try (var empty = open("", Rows.failing())) {
      assertEquals(List.of(), empty);
    }
  }

  @Test
  void manyLinesAreFoundBeyondABlockOfTheIndex() throws IOException {
    var content = new StringBuilder();
    for (int i = 0; i < 40_000; i++) {
      content.append(i).append('\n');
    }
    try (var list = open(content.toString(), Rows.failing())) {
      assertEquals(40_000, list.size());
      for (int i : new int[] {0, 16_383, 16_384, 32_768, 39_999}) {
        assertEquals("" + i, list.get(i));
      }
    }
  }

  @Test
  void malformedLinesAreSkippedOrNamed() throws IOException {
    var bytes = "1\nx\n\u00ff\n4\n";
    var file = DataFiles.writeBytes(folder.resolve("numbers"), bytes);
    assertRefused(
        folder,
        "numbers:2:1: expected a number, got x",
        () -> LineList.open(file, LineListTest::number, Rows.failing()));
    var rows = Rows.skipping();
    try (var list = LineList.open(file, LineListTest::number, rows)) {
      assertEquals(List.of(1, 4), list);
      assertEquals(2, rows.skipped());
      assertEquals(
          "numbers:3:1: expected UTF-8, got the byte 0xFF",
          rows.messages().getLast().replace(folder + "/", ""));
    }
  }

  private static Integer number(String line, Place place) throws DataException {
    try {
      return Integer.valueOf(line);
    } catch (NumberFormatException e) {
      throw new DataException(place, "a number", line);
    }
  }

  @Test
  void compressedFilesAreRefused() throws IOException {
    var file = DataFiles.writeGzip(folder.resolve("lines.gz"), "a\n");
    assertRefused(
        folder,
        "lines.gz: expected a file that is not compressed, got one compressed by gzip",
        () -> LineList.open(file, (line, place) -> line, Rows.failing()));
  }

  @Test
  void aFileThatWasCutShortIsNamed() throws IOException {
    try (var list = open("first\nsecond\n", Rows.failing())) {
      try (var file = FileChannel.open(folder.resolve("lines.txt"), StandardOpenOption.WRITE)) {
        file.truncate(8);
      }
      assertEquals("first", list.get(0));
      var failure = assertThrows(UncheckedIOException.class, () -> list.get(1));
      assertEquals(
          "lines.txt:2:1: expected a file that does not change, got one that is shorter now",
          String.valueOf(failure.getCause().getMessage()).replace(folder + "/", ""));
    }
  }

  /** Trains nothing, but makes all batches of a file four times as large as the heap. */
  @Test
  void batchesAreMadeOfAFileThatDoesNotFitIntoMemory() throws Exception {
    var file = folder.resolve("large.txt");
    int lines = 64_000;
    try (var out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < lines; i++) {
        out.append("word ".repeat(400 - i % 7)).append("" + i).append('\n');
      }
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx32m", "-XX:+UseSerialGC", "-cp", classPath()));
    command.addAll(List.of(BatchesOfFile.class.getName(), file.toString()));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor(1, TimeUnit.MINUTES);
    long sum = (long) lines * (lines - 1) / 2;
    assertEquals(lines + " " + sum + " " + sum, output.strip());
  }

  private static String classPath() throws Exception {
    var places = new ArrayList<String>();
    for (var type : new Class<?>[] {LineList.class, LineListTest.class}) {
      var place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
      places.add(Path.of(place).toString());
    }
    return String.join(File.pathSeparator, places);
  }

  /**
   * Prints how many lines there are, and the sums of their numbers over the batches of an epoch.
   */
  static final class BatchesOfFile {
    private BatchesOfFile() {}

    public static void main(String[] args) throws IOException {
      try (var texts = LineList.open(Path.of(args[0]), (line, place) -> line, Rows.failing())) {
        var buckets =
            Buckets.of(texts, String::length, new Buckets.Order(64, 7), BatchesOfFile::batch);
        var mini =
            MiniBatches.of(
                    texts.size(),
                    64,
                    rows -> batch(Arrays.stream(rows).mapToObj(texts::get).toList()))
                .shuffled(7);
        System.out.println(texts.size() + " " + sum(buckets) + " " + sum(mini));
      }
    }

    private static Batch batch(List<String> texts) {
      var numbers =
          texts.stream().mapToInt(t -> Integer.parseInt(t.substring(t.lastIndexOf(' ') + 1)));
      var labels = Sequences.ofLabels(numbers.toArray());
      return Batch.of(labels, labels);
    }

    private static long sum(dev.recurrent.train.Batches batches) {
      long sum = 0;
      for (int i = 0; i < batches.count(); i++) {
        sum += Arrays.stream(batches.batch(0, i).targets().packedTokens()).asLongStream().sum();
      }
      return sum;
    }
  }
}

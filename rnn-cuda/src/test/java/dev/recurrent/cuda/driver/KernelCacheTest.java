package dev.recurrent.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
  @TempDir private Path folder;

  @Test
  void whatIsThereIsNotMadeAgain() throws IOException {
    var cache = new KernelCache(folder.resolve("new"));
    var first = cache.get(List.of("a", "b"), ".so", file -> Files.writeString(file, "1"));
    var again = cache.get(List.of("a", "b"), ".so", file -> Files.writeString(file, "2"));
    assertEquals(first, again);
    assertEquals("1", Files.readString(first));
  }

  /** As several processes do. */
  @Test
  void whoeverComesAtTheSameTimeGetsAWholeFile() throws IOException {
    var files =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(
                i ->
                    new KernelCache(folder)
                        .get(List.of("a"), ".so", file -> Files.writeString(file, "x".repeat(i))))
            .distinct()
            .toList();
    assertEquals(1, files.size());
    try (var all = Files.list(folder)) {
      assertEquals(2, all.count()); // with its checksum
    }
  }

  @Test
  void everyIngredientCounts() {
    var cache = new KernelCache(folder);
    KernelCache.Maker maker = file -> Files.writeString(file, "");
    var first = cache.get(List.of("ab", "c"), ".so", maker);
    assertNotEquals(first, cache.get(List.of("a", "bc"), ".so", maker));
    assertNotEquals(first, cache.get(List.of("ab", "d"), ".so", maker));
  }

  @Test
  void whatCannotBeMadeLeavesNothing() throws IOException {
    var cache = new KernelCache(folder);
    assertThrows(
        IllegalStateException.class,
        () ->
            cache.get(
                List.of("a"),
                ".so",
                file -> {
                  Files.writeString(file, "half");
                  throw new IllegalStateException("refused");
                }));
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aDamagedFileIsMadeAnew() throws IOException {
    var cache = new KernelCache(folder);
    KernelCache.Maker maker = file -> Files.writeString(file, "right");
    for (var damage : List.of("wrong", "righ", "")) {
      var file = Files.writeString(cache.get(List.of("a"), ".so", maker), damage);
      assertEquals(
          "right", Files.readString(new KernelCache(folder).get(List.of("a"), ".so", maker)));
      assertEquals("right", Files.readString(file));
    }
    var file = cache.get(List.of("a"), ".so", maker);
    Files.delete(folder.resolve(file.getFileName() + ".crc32c"));
    assertEquals(
        "new", Files.readString(cache.get(List.of("a"), ".so", f -> Files.writeString(f, "new"))));
  }

  @Test
  void aFolderThatCannotBeMadeIsPassedOverWithOneWarning() throws IOException {
    var blocked = Files.createFile(folder.resolve("file")).resolve("cache");
    var warnings = new ArrayList<LogRecord>();
    var logger = Logger.getLogger("dev.recurrent");
    var handler = recording(warnings);
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      var cache = new KernelCache(blocked);
      var first = cache.get(List.of("a"), ".so", file -> Files.writeString(file, "1"));
      var again = cache.get(List.of("a"), ".so", file -> Files.writeString(file, "2"));
      var other = cache.get(List.of("b"), ".so", file -> Files.writeString(file, "3"));
      assertEquals(first, again);
      assertEquals("1", Files.readString(first));
      assertEquals("3", Files.readString(other));
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    assertEquals(1, warnings.size());
    assertEquals(Level.WARNING, warnings.getFirst().getLevel());
    assertEquals(blocked, warnings.getFirst().getParameters()[0]);
  }

  private static Handler recording(List<LogRecord> records) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        records.add(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void cachesAreWhereTheSystemHasThem() {
    assertEquals(Path.of("/x"), KernelCache.cacheOf(Map.of("XDG_CACHE_HOME", "/x"), "/home/u"));
    assertEquals(
        Path.of("/home/u/.cache"),
        KernelCache.cacheOf(Map.of("XDG_CACHE_HOME", "x", "HOME", "/other"), "/home/u"));
    assertEquals(Path.of("/h/.cache"), KernelCache.cacheOf(Map.of("HOME", "/h"), "?"));
    assertFalse(KernelCache.cacheOf(Map.of(), "?").isAbsolute());
  }
}

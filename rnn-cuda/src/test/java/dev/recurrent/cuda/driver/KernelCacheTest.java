package dev.recurrent.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
      assertEquals(files, all.toList());
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
  void aFolderThatCannotBeMadeIsNamedWithTheRemedy() throws IOException {
    var file = Files.createFile(folder.resolve("file"));
    var cache = new KernelCache(file.resolve("cache"));
    var e =
        assertThrows(
            UncheckedIOException.class, () -> cache.get(List.of("a"), ".so", Files::createFile));
    assertTrue(e.getMessage().startsWith("kernel cache " + file + "/cache: cannot be written"));
    assertTrue(e.getMessage().contains("-Drnn.cuda.cache=FOLDER"), e::getMessage);
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

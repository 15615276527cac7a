package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.json.JsonFactory;

class SafeTensorsHostileTest {
  @TempDir Path folder;

  static List<HostileFiles.Case> cases() {
    return HostileFiles.cases();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void refusesInOneLine(HostileFiles.Case hostile) throws IOException {
    Path file = folder.resolve("hostile.safetensors");
    hostile.writeTo(file);
    String got =
        assertThrows(SafeTensorsException.class, () -> HostileFiles.readAll(file)).getMessage();
    for (String part : hostile.message().split("\\|")) {
      assertTrue(got.contains(part), () -> "expected \"" + part + "\" in \"" + got + "\"");
    }
    assertTrue(got.startsWith(file + ": "), got);
    assertTrue(got.contains(": expected ") && got.contains(", got "), got);
    assertTrue(got.length() < file.toString().length() + 600, got);
    assertEquals(1, got.lines().count(), got);
  }

  @Test
  void refusesWithinASmallHeap() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=1m",
                "-cp",
                classPath(),
                SmallHeap.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("done", output.strip());
    assertEquals(0, process.waitFor());
  }

  @Test
  void escapesAndShortensTextOfTheFile() throws IOException {
    Path file = folder.resolve("odd.safetensors");
    String name = "a\\nb\\u202e\\u2028" + "x".repeat(10_000);
    byte[] bytes = HostileFiles.file("{\"" + name + "\":1}");
    new HostileFiles.Case("odd name", "", bytes).writeTo(file);
    String got =
        assertThrows(SafeTensorsException.class, () -> SafeTensors.read(file)).getMessage();
    String shown = "a\\u000ab\\u202e\\u2028" + "x".repeat(75) + "...";
    assertEquals(file + ": tensor \"" + shown + "\": expected an object, got \"1\"", got);
  }

  /** Returns where the three parts needed lie, which the class path of a test runner may hide. */
  private static String classPath() throws URISyntaxException {
    Set<String> entries = new LinkedHashSet<>();
    for (Class<?> type : List.of(SmallHeap.class, SafeTensors.class, JsonFactory.class)) {
      var location = type.getProtectionDomain().getCodeSource().getLocation();
      entries.add(Path.of(location.toURI()).toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}

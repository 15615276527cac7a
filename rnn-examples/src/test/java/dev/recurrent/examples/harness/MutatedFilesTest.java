package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MutatedFilesTest {
  @TempDir private Path folder;

  @Test
  @Timeout(120)
  void aFewFilesChangedAtRandomAreReadOrRefused() throws IOException {
    var files = new MutatedFiles(folder);
    for (var format : MutatedFiles.formats()) {
      assertTrue(files.data(format, 300).files() == 300);
    }
    try (var backend = new dev.recurrent.reference.ReferenceBackend()) {
      assertEquals(2, files.models(backend, 400).size());
    }
    files.requireNoFailures();
  }

  /** The figures are in docs/reliability.md. */
  @Test
  @Tag("reliability")
  void manyFilesChangedAtRandomAreReadOrRefusedWithin256Megabytes() throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java");
    var process =
        new ProcessBuilder(
                java.toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                MutatedFiles.class.getName(),
                folder.toString(),
                "200000",
                "20000")
            .redirectErrorStream(true)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.println(output);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.strip().endsWith("done"), output);
  }
}

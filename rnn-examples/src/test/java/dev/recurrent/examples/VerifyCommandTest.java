package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.TensorData;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void casesPass(String backend) throws Exception {
    var run = verify(cases(), "--backend", backend);
    assertEquals(0, run.status(), run::out);
    assertTrue(run.out().strip().endsWith("10 passed, 0 failed"), run::out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void allCasesOfAFolderPass(String backend) {
    var all = System.getProperty("rnn.cases");
    assumeTrue(all != null, "needs the conformance cases: -Drnn.cases=DIR");
    var run = verify(Path.of(Objects.requireNonNull(all)), "--backend", backend);
    assertEquals(0, run.status(), run::out);
    assertTrue(run.out().contains(", 0 failed"), run::out);
  }

  @Test
  void wrongNumberFailsAndIsNamed() throws Exception {
    copy("mgu-i5-h9-b3-t7", "wrong", (tensors, _) -> replace(tensors, "grad.Un", 3, 0.5));
    copy("mgu-i5-h9-b3-t7", "right", (_, _) -> {});
    var run = verify(folder);
    assertEquals(1, run.status());
    assertTrue(run.out().matches("(?s).*wrong .*FAILED: the worst is grad.Un.*"), run::out);
    assertTrue(run.out().matches("(?s).*right .*passed.*"), run::out);
    assertTrue(run.out().strip().endsWith("1 passed, 1 failed"), run::out);
  }

  @Test
  void notANumberFails() throws Exception {
    copy("loss-bce-a", "nan", (tensors, _) -> replace(tensors, "loss", 0, Double.NaN));
    assertEquals(1, verify(folder).status());
  }

  @Test
  void whatIsNotUnderstoodFails() throws Exception {
    copy("mgu-i5-h9-b3-t7", "kind", (_, metadata) -> metadata.put("kind", "xlstm"));
    copy("optim-adamw-a", "optimizer", (_, metadata) -> metadata.put("name", "lion"));
    copy(
        "mgu-i5-h9-b3-t7",
        "tensor",
        (tensors, _) -> tensors.put("grad.extra", TensorData.of(new double[] {1}, 1)));
    copy(
        "mgu-i5-h9-b3-t7",
        "parameter",
        (tensors, _) -> tensors.put("param.Wk", TensorData.of(new double[] {1}, 1)));
    var run = verify(folder);
    assertEquals(1, run.status());
    assertTrue(run.out().contains("not understood: kind xlstm"), run::out);
    assertTrue(run.out().contains("not understood: optimizer lion"), run::out);
    assertTrue(run.out().contains("not understood: tensors [grad.extra]"), run::out);
    assertTrue(run.out().contains("not understood: parameter \"k\""), run::out);
    assertTrue(run.out().strip().endsWith("0 passed, 4 failed"), run::out);
  }

  @Test
  void missingExpectationFails() throws Exception {
    copy("mgu-i5-h9-b3-t7", "missing", (tensors, _) -> tensors.remove("grad.x"));
    var run = verify(folder);
    assertEquals(1, run.status());
    assertTrue(run.out().contains("\"grad.x\""), run::out);
  }

  @Test
  void damagedFileFailsWithItsReason() throws Exception {
    var whole = Files.readAllBytes(cases().resolve("clip-norm-a.safetensors"));
    Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 5));
    Files.write(folder.resolve("empty.safetensors"), new byte[0]);
    var run = verify(folder);
    assertEquals(1, run.status());
    assertTrue(run.out().matches("(?s).*cut .*FAILED: .*expected.*"), run::out);
    assertTrue(run.out().matches("(?s).*empty .*FAILED: .*expected at least 8 bytes.*"), run::out);
    assertTrue(run.out().strip().endsWith("0 passed, 2 failed"), run::out);
  }

  @Test
  void folderWithoutCasesIsAnError() {
    var empty = verify(folder);
    assertEquals(1, empty.status());
    assertTrue(empty.err().contains("expected cases (*.safetensors)"), empty::err);
    var missing = verify(folder.resolve("missing"));
    assertEquals(1, missing.status());
    assertTrue(missing.err().contains("expected a folder of cases, got none"), missing::err);
  }

  private static CommandLineRun verify(Path cases, String... more) {
    var args = new String[3 + more.length];
    args[0] = "verify";
    args[1] = "--cases";
    args[2] = cases.toString();
    System.arraycopy(more, 0, args, 3, more.length);
    return CommandLineRun.of(args);
  }

  private static Path cases() throws URISyntaxException {
    var resource = VerifyCommandTest.class.getResource("/conformance");
    return Path.of(Objects.requireNonNull(resource).toURI());
  }

  /** Copies a case with a change. */
  private void copy(
      String from, String to, BiConsumer<Map<String, TensorData>, Map<String, String>> change)
      throws IOException, URISyntaxException {
    var file = SafeTensors.read(cases().resolve(from + ".safetensors"));
    var tensors = new HashMap<String, TensorData>();
    for (var name : file.names()) {
      tensors.put(name, TensorData.of(file.doubles(name), file.shape(name)));
    }
    var metadata = new HashMap<>(file.metadata());
    change.accept(tensors, metadata);
    SafeTensors.write(folder.resolve(to + ".safetensors"), tensors, metadata);
  }

  private static void replace(
      Map<String, TensorData> tensors, String name, int index, double value) {
    var shape = Objects.requireNonNull(tensors.get(name)).shape();
    int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    var values = new double[size];
    values[index] = value;
    tensors.put(name, TensorData.of(values, shape));
  }
}

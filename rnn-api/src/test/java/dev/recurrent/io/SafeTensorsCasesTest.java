package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the PyTorch-computed cases of the folder that {@code -Drnn.cases=DIR} names. */
class SafeTensorsCasesTest {
  @TempDir Path folder;

  @Test
  void readsEveryCaseAndGivesItBack() throws IOException {
    String cases = System.getProperty("rnn.cases");
    assumeTrue(cases != null, "needs the conformance cases: -Drnn.cases=DIR");
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of(cases))) {
      files = all.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
    assertFalse(files.isEmpty(), () -> "no .safetensors file in " + cases);
    for (Path file : files) {
      assertGivenBack(file);
    }
  }

  private void assertGivenBack(Path file) throws IOException {
    var read = SafeTensors.read(file);
    assertTrue(read.metadata().containsKey("kind"), read::toString);
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (String name : read.names()) {
      tensors.put(name, data(read, name));
    }
    Path copy = folder.resolve("copy.safetensors");
    SafeTensors.write(copy, tensors, read.metadata());
    var again = SafeTensors.read(copy);
    assertEquals(read.names(), again.names());
    assertEquals(read.metadata(), again.metadata());
    for (String name : read.names()) {
      assertEquals(read.tensor(name).toString(), again.tensor(name).toString());
      assertArrayEquals(read.bytes(name), again.bytes(name), () -> file + " " + name);
    }
  }

  private static TensorData data(SafeTensors read, String name) throws IOException {
    long[] shape = read.shape(name);
    return switch (read.tensor(name).dtype()) {
      case F32 -> TensorData.of(read.floats(name), shape);
      case F64 -> TensorData.of(read.doubles(name), shape);
      case I32 -> TensorData.of(read.ints(name), shape);
      case I64 -> TensorData.of(read.longs(name), shape);
      default -> throw new AssertionError(read.tensor(name));
    };
  }
}

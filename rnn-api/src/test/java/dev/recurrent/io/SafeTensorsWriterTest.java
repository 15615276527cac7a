package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsWriterTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void writesTheBytesOfTheReferenceImplementation() throws IOException {
    // What safetensors 0.8.0 for Python writes for the same content.
    String header =
        """
        {"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},\
        "a":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},\
        "b":{"dtype":"F32","shape":[0],"data_offsets":[16,16]},\
        "é":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}}\
        """;
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(json.length, 8) * 8;
    var expected = ByteBuffer.allocate(8 + padded + 17).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded).put(json).put(" ".repeat(padded - json.length).getBytes());
    expected.putLong(-2).putFloat(0.5f).putFloat(-1).put((byte) 255);
    Map<String, TensorData> tensors =
        Map.of(
            "a", TensorData.of(new float[] {0.5f, -1}, 1, 2),
            "b", TensorData.of(new float[] {}, 0),
            "é", TensorData.of(new byte[] {-1}, 1),
            "n", TensorData.of(new long[] {-2}));
    SafeTensors.write(file, tensors, Map.of("format", "pt"));
    assertArrayEquals(expected.array(), Files.readAllBytes(file));
  }

  @Test
  void leavesSlashesUnescaped() throws IOException {
    Map<String, TensorData> tensors = Map.of("encoder/weight", TensorData.of(new byte[] {1}, 1));
    SafeTensors.write(file, tensors, Map.of("a/b", "c/d"));
    String header =
        """
        {"__metadata__":{"a/b":"c/d"},\
        "encoder/weight":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}\
        """;
    byte[] bytes = Files.readAllBytes(file);
    String got = new String(bytes, 8, bytes.length - 9, StandardCharsets.UTF_8);
    assertEquals(header, got.stripTrailing());
  }

  @Test
  void writesTheSameBytesInWhateverOrderTheMapsAre() throws IOException {
    var random = new Random(5);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      order.add(i);
    }
    byte[] first = {};
    for (int run = 0; run < 5; run++) {
      Map<String, TensorData> tensors = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (int i : order) {
        tensors.put("t" + i, i % 2 == 0 ? TensorData.of(new int[] {i}) : doubleOf(i));
        metadata.put("key" + i, "value" + i);
      }
      SafeTensors.write(file, tensors, metadata);
      byte[] bytes = Files.readAllBytes(file);
      assertArrayEquals(run == 0 ? bytes : first, bytes);
      first = bytes;
      Collections.shuffle(order, random);
    }
  }

  @Test
  void alignsHeaderAndTensors() throws IOException {
    for (int n = 0; n < 20; n++) {
      SafeTensors.write(
          file,
          Map.of("x".repeat(n), TensorData.of(new byte[] {1, 2, 3}, 3), "y", doubleOf(n)),
          Map.of());
      byte[] bytes = Files.readAllBytes(file);
      long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertEquals(0, header % 8);
      assertEquals(0, SafeTensors.read(file).tensor("y").begin() % 8);
    }
  }

  @Test
  void refusesBeforeItWritesAnything() throws IOException {
    var scalar = TensorData.of(new int[] {1});
    List<Map<String, TensorData>> refused =
        List.of(Map.of("__metadata__", scalar), Map.of("lone \uD800 surrogate", scalar));
    for (var tensors : refused) {
      assertThrows(
          IllegalArgumentException.class, () -> SafeTensors.write(file, tensors, Map.of()));
    }
    for (var metadata : List.of(Map.of("\uDC00", ""), Map.of("", "\uD800"))) {
      assertThrows(
          IllegalArgumentException.class, () -> SafeTensors.write(file, Map.of(), metadata));
    }
    assertFalse(Files.exists(file));
  }

  @Test
  void refusesAShapeThatIsNotThatOfTheValues() {
    float[] six = new float[6];
    long[][] shapes = {{}, {5}, {2, 4}, {-2, -3}, {-6}, {1L << 62, 1L << 62, 6}, {0}};
    for (long[] shape : shapes) {
      var e = assertThrows(IllegalArgumentException.class, () -> TensorData.of(six, shape));
      assertTrue(e.getMessage().startsWith("values: expected as many as the shape ["));
      assertTrue(e.getMessage().endsWith("] holds, got 6"));
    }
  }

  private static TensorData doubleOf(double value) {
    return TensorData.of(new double[] {value});
  }
}

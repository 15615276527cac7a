package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {
  // Around the sizes of the chunks in which files are written (2^16 bytes) and read (2^18 bytes).
  private static final int[] LENGTHS = {0, 1, 3, 8191, 8193, 16_385, 65_535, 65_537, 262_145};

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void givesBackEveryTypeAtEveryLength() throws IOException {
    var random = new Random(1);
    for (int length : LENGTHS) {
      float[] f = new float[length];
      double[] d = new double[length];
      int[] i = random.ints(length).toArray();
      long[] l = random.longs(length).toArray();
      byte[] b = new byte[length];
      random.nextBytes(b);
      for (int k = 0; k < length; k++) {
        f[k] = Float.intBitsToFloat(random.nextInt() & 0xBFFF_FFFF); // all finite
        d[k] = random.nextGaussian();
      }
      write(
          Map.of(
              "f", TensorData.of(f, length),
              "d", TensorData.of(d, length),
              "i", TensorData.of(i, length),
              "l", TensorData.of(l, length),
              "b", TensorData.of(b, length)));
      var read = SafeTensors.read(file);
      assertArrayEquals(f, read.floats("f"));
      assertArrayEquals(d, read.doubles("d"));
      assertArrayEquals(i, read.ints("i"));
      assertArrayEquals(l, read.longs("l"));
      assertArrayEquals(b, read.bytes("b"));
      assertEquals(DType.U8, read.tensor("b").dtype());
      assertEquals(8L * length, read.tensor("l").bytes());
    }
  }

  @Test
  void givesBackNonFiniteAndExtremeValues() throws IOException {
    float[] f = {Float.NaN, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE, Float.MAX_VALUE};
    double[] d = {Double.NaN, Double.POSITIVE_INFINITY, -0.0, Double.MIN_VALUE, Double.MAX_VALUE};
    write(Map.of("f", TensorData.of(f, 5), "d", TensorData.of(d, 5)));
    var read = SafeTensors.read(file);
    assertArrayEquals(f, read.floats("f"));
    assertArrayEquals(d, read.doubles("d"));
  }

  @Test
  void givesBackShapesOfScalarsAndEmptyTensors() throws IOException {
    write(
        Map.of(
            "scalar", TensorData.of(new float[] {4.5f}),
            "one", TensorData.of(new float[] {5.5f}, 1, 1, 1),
            "cube", TensorData.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 1, 4),
            "empty", TensorData.of(new float[0], 3, 0, 2),
            "void", TensorData.of(new long[0], 0)));
    var read = SafeTensors.read(file);
    assertArrayEquals(new long[] {}, read.shape("scalar"));
    assertArrayEquals(new float[] {4.5f}, read.floats("scalar"));
    assertEquals(1, read.tensor("scalar").elements());
    assertArrayEquals(new long[] {1, 1, 1}, read.shape("one"));
    assertArrayEquals(new long[] {2, 1, 4}, read.shape("cube"));
    assertArrayEquals(new long[] {3, 0, 2}, read.shape("empty"));
    assertArrayEquals(new float[] {}, read.floats("empty"));
    assertEquals(0, read.tensor("empty").elements());
    assertArrayEquals(new long[] {}, read.longs("void"));
  }

  @Test
  void givesBackNamesAndMetadataInAnyScript() throws IOException {
    List<String> names =
        List.of("", "скрытый", "重み", "\uD83D\uDE00", "a\"\\/\b\n\t\u0001", "__meta__", "\uFFFF");
    for (String name : names) {
      SafeTensors.write(
          file, Map.of(name, TensorData.of(new int[] {7})), Map.of(name, name + name));
      var read = SafeTensors.read(file);
      assertEquals(Set.of(name), read.names());
      assertTrue(read.has(name));
      assertArrayEquals(new int[] {7}, read.ints(name));
      assertEquals(Map.of(name, name + name), read.metadata());
    }
  }

  @Test
  void givesBackAFileOfNothing() throws IOException {
    write(Map.of());
    var read = SafeTensors.read(file);
    assertTrue(read.names().isEmpty());
    assertTrue(read.metadata().isEmpty());
    assertFalse(read.has("a"));
  }

  @Test
  void keepsTheHeadersOrder() throws IOException {
    String header =
        """
        {"z":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},\
        "__metadata__":{"y":"1","x":"2"},\
        "a":{"shape":[1],"note":{"skipped":[1,{}]},"data_offsets":[0,1],"dtype":"U8"}} \n\
        """;
    Files.write(file, HostileFiles.file(header, 8, 9));
    var read = SafeTensors.read(file);
    assertEquals(List.of("z", "a"), List.copyOf(read.names()));
    assertEquals(List.of("y", "x"), List.copyOf(read.metadata().keySet()));
    assertArrayEquals(new byte[] {9}, read.bytes("z"));
    assertArrayEquals(new byte[] {8}, read.bytes("a"));
  }

  @Test
  void convertsHalfPrecisionExactly() throws IOException {
    var data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    data.putShort((short) 0x3C00).putShort((short) 0xC500); // 1, -5 in F16
    data.putShort((short) 0x0001).putShort((short) 0xFC00); // 2^-24, -infinity
    data.putShort((short) 0x3F80).putShort((short) 0xC0A0); // 1, -5 in BF16
    data.putShort((short) 0x0001).putShort((short) 0x7F80); // 2^-133, infinity
    String header =
        """
        {"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},\
        "b":{"dtype":"BF16","shape":[2,2],"data_offsets":[8,16]}}\
        """;
    Files.write(file, HostileFiles.file(header, data.array()));
    var read = SafeTensors.read(file);
    float[] h = {1, -5, 0x1p-24f, Float.NEGATIVE_INFINITY};
    float[] b = {1, -5, 0x1p-133f, Float.POSITIVE_INFINITY};
    assertArrayEquals(h, read.floats("h"));
    assertArrayEquals(b, read.floats("b"));
    assertArrayEquals(new double[] {1, -5, 0x1p-24, h[3]}, read.doubles("h"));
    assertArrayEquals(new double[] {1, -5, 0x1p-133, b[3]}, read.doubles("b"));
  }

  @Test
  void widensFreelyAndNarrowsOnlyOnRequest() throws IOException {
    write(
        Map.of(
            "f", TensorData.of(new float[] {0.1f}),
            "d", TensorData.of(new double[] {0.1}),
            "i", TensorData.of(new int[] {-3})));
    var read = SafeTensors.read(file);
    assertArrayEquals(new double[] {0.1f}, read.doubles("f"));
    assertArrayEquals(new long[] {-3}, read.longs("i"));
    assertArrayEquals(new float[] {0.1f}, read.roundedFloats("d"));
    assertArrayEquals(new float[] {0.1f}, read.roundedFloats("f"));
    assertFails(
        "tensor \"d\": dtype: expected F32, F16 or BF16 (F64 by doubles or roundedFloats), got F64",
        () -> read.floats("d"));
    assertFails("tensor \"i\": dtype: expected F64, ", () -> read.floats("i"));
    assertFails("tensor \"i\": dtype: expected F64, ", () -> read.doubles("i"));
    assertFails("tensor \"f\": dtype: expected I32, got F32", () -> read.ints("f"));
    assertFails("tensor \"f\": dtype: expected I64 or I32, got F32", () -> read.longs("f"));
  }

  @Test
  void namesWhatTheCallerMayHaveMeant() throws IOException {
    var scalar = TensorData.of(new int[] {1});
    write(
        Map.of(
            "encoder.weight_ih_l0",
            scalar,
            "encoder.weight_hh_l0",
            scalar,
            "decoder.bias",
            scalar));
    var read = SafeTensors.read(file);
    assertFails(
        "tensor: expected \"weight_ih_l0\", got none of that name, but perhaps \"encoder.weight_ih",
        () -> read.shape("weight_ih_l0"));
    assertFails(
        "but perhaps \"encoder.weight_ih_l0\" or \"encoder.weight_hh_l0\"",
        () -> read.floats("Encoder.weight_ih_lO"));
    assertFails("got none of that name, but 3 others, such as \"", () -> read.ints("qqqqqqqq"));
    write(Map.of());
    var empty = SafeTensors.read(file);
    assertFails("tensor: expected \"a\", got a file without tensors", () -> empty.tensor("a"));
  }

  @Test
  void refusesAFileThatChangedSinceItsHeaderWasRead() throws IOException {
    write(Map.of("a", TensorData.of(new int[] {1})));
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    var read = SafeTensors.read(file);
    write(Map.of("a", TensorData.of(new int[] {2})));
    assertFails("file: expected the one whose header was read, got ", () -> read.ints("a"));
  }

  @Test
  void refusesWhatIsNotAFile() {
    assertFails(": file: expected a regular file, got a folder", () -> SafeTensors.read(folder));
    var missing = assertThrows(NoSuchFileException.class, () -> SafeTensors.read(file));
    assertEquals(file + ": expected a file, got none", missing.getMessage());
  }

  private void write(Map<String, TensorData> tensors) throws IOException {
    SafeTensors.write(file, tensors, Map.of());
  }

  private static void assertFails(String message, Executable action) {
    String got = assertThrows(SafeTensorsException.class, action).getMessage();
    assertTrue(got.contains(message), () -> "expected \"" + message + "\" in \"" + got + "\"");
  }
}

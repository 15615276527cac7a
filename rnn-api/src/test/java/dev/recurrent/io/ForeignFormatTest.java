package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignFormatTest {
  @TempDir Path folder;

  /** The first bytes as PyTorch 2, h5py 3, onnx 1.16, NumPy 2 and llama.cpp write them. */
  @Test
  void aFileOfAnotherFormatIsNamedAndConverted() throws IOException {
    assertNamed("PK\u0003\u0004\0\0\b\b\0\0", "zip archive, as of PyTorch", "safetensors.torch");
    assertNamed("PK\u0003\u0004\u0014\0\0\0\0\0", "zip archive", "save_file");
    assertNamed("\u0089HDF\r\n\u001a\n\0\0", "HDF5 file, as of Keras", "keras.models.load_model");
    assertNamed("GGUF\u0003\0\0\0\0\0", "GGUF file", "safetensors format");
    assertNamed("\b\u0007\u0012\u0007pytorch\u001a", "ONNX file", "onnx.load");
    assertNamed("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j", "Python pickle", "torch.load");
    assertNamed("\u0093NUMPY\u0001\0v\0{'descr'", "NumPy array", "numpy.load");
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[100]);
    }
    assertNamed(packed.toString(StandardCharsets.ISO_8859_1), "compressed by gzip", "gunzip");
  }

  private void assertNamed(String bytes, String name, String remedy) throws IOException {
    var file = Files.write(folder.resolve("m"), bytes.getBytes(StandardCharsets.ISO_8859_1));
    var e = assertThrows(SafeTensorsException.class, () -> SafeTensors.read(file));
    assertTrue(e.getMessage().contains("file: expected safetensors, got "), e.getMessage());
    assertTrue(e.getMessage().contains(name), e.getMessage());
    assertTrue(e.getMessage().contains(remedy), e.getMessage());
  }

  /** Lengths that are the first bytes of gzip, ONNX and a pickle. */
  @Test
  void aHeadersLengthIsNoOtherFormat() throws IOException {
    for (int length : new int[] {0x088b1f, 0x120108, 0x0280}) {
      var header = "{\"__metadata__\":{\"a\":\"" + "x".repeat(length - 25) + "\"}}";
      assertEquals(length, header.length());
      var file = Files.write(folder.resolve("m"), HostileFiles.file(header));
      assertEquals(Map.of("a", "x".repeat(length - 25)), SafeTensors.read(file).metadata());
    }
  }

  @Test
  void shortFilesAreOfNoFormat() {
    assertEquals(Optional.empty(), ForeignFormat.of(new byte[0]));
    assertEquals(Optional.empty(), ForeignFormat.of(new byte[] {(byte) 0x80, 2}));
    assertEquals(Optional.empty(), ForeignFormat.of(new byte[9]));
  }
}

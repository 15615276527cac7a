package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileChecksumTest {
  private static final float[] VALUES = {1, 2, 3, 4, 5, 6};

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("model.safetensors");
    var tensors =
        Map.of("weight", TensorData.of(VALUES, 2, 3), "step", TensorData.of(new long[] {7}));
    SafeTensors.writeChecked(file, tensors, Map.of("cell", "lstm", "note", ""));
  }

  @Test
  void aFileThatIsWholeLoads() throws IOException {
    assertArrayEquals(VALUES, SafeTensors.read(file).floats("weight"));
    assertEquals("lstm", SafeTensors.read(file).metadata().get("cell"));
  }

  /** The checksum of nine digits that RFC 3720 gives, and of nothing. */
  @Test
  void theChecksumIsTheCastagnoliPolynomials() throws IOException {
    var digits = "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    SafeTensors.writeChecked(file, Map.of("a", TensorData.of(digits, 9)), Map.of());
    assertEquals("e3069283", SafeTensors.read(file).metadata().get(FileChecksum.DATA));
    SafeTensors.writeChecked(file, Map.of(), Map.of());
    assertEquals("00000000", SafeTensors.read(file).metadata().get(FileChecksum.DATA));
  }

  @Test
  void eachFlippedBitIsRefused() throws IOException {
    var whole = Files.readAllBytes(file);
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      var damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, damaged);
      assertThrows(SafeTensorsException.class, this::readAll, "bit " + bit);
    }
  }

  @Test
  void eachShorterFileIsRefused() throws IOException {
    var whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThrows(SafeTensorsException.class, this::readAll, "length " + length);
    }
  }

  @Test
  void dataThatAreNotThoseWrittenAreNamedAsDamaged() throws IOException {
    var bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    var read = SafeTensors.read(file);
    var e = assertThrows(SafeTensorsException.class, () -> read.floats("weight"));
    assertTrue(e.getMessage().contains("data: expected the checksum "), e.getMessage());
    assertTrue(e.getMessage().endsWith("the file is damaged"), e.getMessage());
  }

  @Test
  void oneChecksumWithoutTheOtherIsRefused() throws IOException {
    var metadata = new TreeMap<>(SafeTensors.read(file).metadata());
    for (var key : new String[] {FileChecksum.DATA, FileChecksum.HEADER}) {
      var others = new TreeMap<>(metadata);
      others.remove(key);
      SafeTensors.write(file, Map.of("weight", TensorData.of(VALUES, 2, 3)), others);
      assertThrows(SafeTensorsException.class, this::readAll, key);
    }
  }

  /** As a program does that changes tensors and keeps the metadata. */
  @Test
  void aFileChangedUnderOldChecksumsSaysWhichMetadataToLeaveOut() throws IOException {
    var metadata = SafeTensors.read(file).metadata();
    SafeTensors.write(file, Map.of("weight", TensorData.of(VALUES, 3, 2)), metadata);
    var e = assertThrows(SafeTensorsException.class, () -> SafeTensors.read(file));
    assertTrue(e.getMessage().contains("recurrent.crc32c"), e.getMessage());
  }

  @Test
  void theKeysAreReserved() {
    for (var key : new String[] {FileChecksum.DATA, FileChecksum.HEADER}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> SafeTensors.writeChecked(file, Map.of(), Map.of(key, "0")));
    }
  }

  private void readAll() throws IOException {
    HostileFiles.readAll(file);
  }
}

package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsFuzzTest {
  private static final int MUTATIONS = 20_000;
  private static final String[] PIECES = {
    "-1",
    "0",
    "1e308",
    "NaN",
    "18446744073709551616",
    "9223372036854775807",
    "null",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "\\ud800",
    "\\u0000",
    "\"dtype\"",
    "\"F64\"",
    "\"__metadata__\"",
    "\0",
    " "
  };

  @TempDir Path folder;

  @Test
  void readsOrRefusesWhateverIsChanged() throws IOException {
    Path file = folder.resolve("fuzz.safetensors");
    Map<String, TensorData> tensors =
        Map.of(
            "weight", TensorData.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
            "scalar", TensorData.of(new double[] {0.5}),
            "steps", TensorData.of(new long[] {1, 2}, 2),
            "lengths", TensorData.of(new int[] {3, 0}, 2),
            "empty", TensorData.of(new byte[0], 0, 4));
    SafeTensors.write(file, tensors, Map.of("kind", "lstm", "é", "\"quoted\""));
    byte[] valid = Files.readAllBytes(file);
    int read = 0;
    for (int seed = 0; seed < MUTATIONS; seed++) {
      byte[] mutated = mutate(valid, new Random(seed));
      Files.write(file, mutated);
      try {
        HostileFiles.readAll(file);
        read++;
      } catch (SafeTensorsException refused) {
        String message = refused.getMessage();
        assertTrue(message.contains(": expected ") && message.lines().count() == 1, message);
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed + " gives another failure", e);
      }
    }
    // Changes to data or to a character of a name are harmless; those to structure are not.
    int readable = read;
    assertTrue(read > MUTATIONS / 50, () -> "only " + readable + " were readable");
    assertTrue(read < MUTATIONS / 2, () -> readable + " were readable");
  }

  private static byte[] mutate(byte[] valid, Random random) {
    byte[] bytes = valid;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(bytes.length + 1);
      int length = random.nextInt(Math.min(16, bytes.length - at + 1));
      bytes =
          switch (random.nextInt(7)) {
            case 0 -> flipped(bytes, random);
            case 1 -> spliced(bytes, at, 1, new byte[] {(byte) random.nextInt()});
            case 2 -> spliced(bytes, at, length, new byte[0]);
            case 3 -> spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
            case 4 -> Arrays.copyOf(bytes, at);
            case 5 -> spliced(bytes, at, length, piece(random));
            default -> withRightLength(spliced(bytes, at, length, piece(random)), bytes);
          };
      bytes = bytes.length == 0 ? valid : bytes;
    }
    return bytes;
  }

  private static byte[] piece(Random random) {
    return PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    byte[] result = bytes.clone();
    result[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return result;
  }

  private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
    int from = Math.min(bytes.length, at + removed);
    byte[] result = Arrays.copyOf(bytes, at + inserted.length + bytes.length - from);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    System.arraycopy(bytes, from, result, at + inserted.length, bytes.length - from);
    return result;
  }

  /** Adds the change in length to the header's length, so that the parser sees the change. */
  private static byte[] withRightLength(byte[] changed, byte[] before) {
    if (changed.length >= 8) {
      int low = (changed[0] & 0xff) + ((changed[1] & 0xff) << 8) + changed.length - before.length;
      changed[0] = (byte) low;
      changed[1] = (byte) (low >> 8);
    }
    return changed;
  }
}

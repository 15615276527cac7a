package dev.recurrent.examples.harness;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes the bytes of a file at random, as damage, another program or an attacker would. */
final class Mutations {
  private static final List<String> PIECES =
      List.of(
          "",
          "0",
          "-1",
          "1e308",
          "NaN",
          "Infinity",
          "2147483648",
          "9223372036854775808",
          "null",
          "true",
          "{",
          "}",
          "[",
          "]",
          "\"",
          "'",
          ",",
          ";",
          ":",
          "\t",
          "\n",
          "\r\n",
          "\\",
          "\\n",
          "\\ud800",
          "\0",
          "\u0001",
          " ",
          "\u00e9",
          "\ufeff",
          "\ud83d\ude00",
          "@/dev/zero",
          "--hidden=1000000000",
          "--layers=99999",
          "[[[[[[[[",
          "\"__metadata__\"",
          "-",
          "--",
          "=",
          "_",
          "/",
          "..",
          "%s",
          "${sys:user.home}",
          "\u2028",
          "999999999999999999999999",
          "\u001b[2J");

  private Mutations() {}

  /** Returns the bytes with one to four changes. */
  static byte[] of(byte[] valid, Random random) {
    var bytes = valid;
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(1 + random.nextInt(40)));
    var piece =
        PIECES.get(random.nextInt(PIECES.size())).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return switch (random.nextInt(8)) {
      case 0 -> flipped(bytes, random);
      case 1 -> Arrays.copyOf(bytes, from);
      case 2 -> replaced(bytes, from, to, new byte[0]);
      case 3 -> replaced(bytes, from, from, Arrays.copyOfRange(bytes, from, to)); // twice
      case 4 -> replaced(bytes, from, to, noise(random));
      case 5 -> replaced(bytes, from, to, repeated(piece, 1 + random.nextInt(200)));
      default -> replaced(bytes, from, to, piece);
    };
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    var flipped = bytes.clone();
    if (bytes.length > 0) {
      flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static byte[] noise(Random random) {
    var noise = new byte[random.nextInt(20)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] repeated(byte[] piece, int times) {
    var all = new byte[piece.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(piece, 0, all, i * piece.length, piece.length);
    }
    return all;
  }

  private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
    var result = new byte[bytes.length - (to - from) + by.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(by, 0, result, from, by.length);
    System.arraycopy(bytes, to, result, from + by.length, bytes.length - to);
    return result;
  }
}

package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GzipMembersTest {
  @TempDir Path folder;

  @Test
  void unpacksMembersInARow() throws IOException {
    var random = new Random(1);
    for (int size : new int[] {0, 1, 100, 5000, 200_000}) {
      var content = new byte[size];
      random.nextBytes(content);
      var twice = join(content, content);
      for (int buffer : new int[] {1, 2, 7, 512, 1 << 16}) {
        assertArrayEquals(content, unpack(pack(content), buffer));
        assertArrayEquals(twice, unpack(join(pack(content), pack(content)), buffer));
        assertArrayEquals(content, unpack(join(pack(content), pack(new byte[0])), buffer));
      }
    }
  }

  /** What {@code printf 'a\n' | gzip -N} gives with a name, and the same with all other fields. */
  @Test
  void readsTheOptionalFieldsOfAHead() throws IOException {
    var body = "4be402000" + "7a1eadd02000000";
    var named = "1f8b0808000000000003" + "612e74787400";
    var all = "1f8b081e000000000003" + "0200" + "abcd" + "6100" + "6300" + "0000";
    for (var head : new String[] {named, all}) {
      assertArrayEquals(
          "a\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
          unpack(HexFormat.of().parseHex(head + body), 512));
    }
  }

  @Test
  void eachDamagedHeadOfASecondMemberIsRefused() throws IOException {
    var content = "some text\n".repeat(50).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    var first = pack(content);
    var both = join(first, pack(content));
    for (int i = 0; i < 3; i++) {
      var damaged = both.clone();
      damaged[first.length + i] ^= 0x40;
      assertRefused(damaged);
    }
    assertRefused(join(first, new byte[] {0}));
    assertRefused(join(first, "text".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    for (int length = first.length + 1; length < both.length; length++) {
      assertRefused(Arrays.copyOf(both, length));
    }
  }

  private void assertRefused(byte[] packed) throws IOException {
    var file = Files.write(folder.resolve("a.txt.gz"), packed);
    var e =
        assertThrows(
            DataException.class,
            () -> {
              try (var in = DataStream.open(file)) {
                in.readAllBytes();
              }
            });
    assertTrue(e.getMessage().contains("a.txt.gz: expected complete data"), e.getMessage());
  }

  @Test
  void dataThatAreNotThoseOfTheChecksumAreRefused() throws IOException {
    var packed = pack(new byte[100]);
    packed[packed.length - 6] ^= 1;
    assertRefused(packed);
  }

  private static byte[] pack(byte[] content) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(byte[] packed, int buffer) throws IOException {
    try (var in = new GzipMembers(new ByteArrayInputStream(packed), buffer)) {
      var all = in.readAllBytes();
      assertEquals(-1, in.read());
      return all;
    }
  }

  private static byte[] join(byte[] a, byte[] b) {
    var both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}

package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.writeBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  @TempDir Path folder;

  @Test
  void readsShapeAndBytes() throws IOException {
    var idx =
        Idx.readBytes(write("\0\0\u0008\u0002" + "\0\0\0\u0002" + "\0\0\0\u0003" + "abcde\u00ff"));
    assertArrayEquals(new int[] {2, 3}, idx.shape());
    assertEquals('a', idx.unsigned(0));
    assertEquals(255, idx.unsigned(5));
  }

  @Test
  void noImagesAreAllowed() throws IOException {
    assertEquals(0, Idx.readBytes(write("\0\0\u0008\u0001" + "\0\0\0\0")).values().length);
  }

  @Test
  void refusesAnotherFormatAndAnotherLength() throws IOException {
    assertRefused("an IDX file of bytes (00 00 08), got an empty file", "");
    assertRefused("an IDX file of bytes (00 00 08), got 00 00", "\0\0");
    assertRefused(
        "an IDX file of bytes (00 00 08), got 00 00 0d 01", "\0\0\r\u0001\0\0\0\u0001abcd");
    assertRefused("3 dimensions of less than 2 GiB, got [1]", "\0\0\u0008\u0003\0\0\0\u0001\0\0");
    assertRefused(
        "1 dimensions of less than 2 GiB, got [-1]", "\0\0\u0008\u0001\u00ff\u00ff\u00ff\u00ff");
    String huge = "\u007f\u00ff\u00ff\u00ff";
    assertRefused(
        "3 dimensions of less than 2 GiB, got [2147483647, 2147483647, 2147483647]",
        "\0\0\u0008\u0003" + huge + huge + huge);
    assertRefused("3 bytes for [3], got 2", "\0\0\u0008\u0001\0\0\0\u0003ab");
    assertRefused("3 bytes for [3], got more", "\0\0\u0008\u0001\0\0\0\u0003abcd");
    assertRefused("2130706432 bytes for [2130706432], got 1", "\0\0\u0008\u0001\u007f\0\0\0a");
  }

  @Test
  void shapeAndValuesMustAgree() {
    var failure =
        assertThrows(IllegalArgumentException.class, () -> new Idx(new int[] {2}, new byte[3]));
    assertEquals("values: expected [2], got 3 bytes", failure.getMessage());
  }

  private void assertRefused(String message, String bytes) throws IOException {
    Path file = write(bytes);
    DataFiles.assertRefused(folder, "a.idx: expected " + message, () -> Idx.readBytes(file));
  }

  private Path write(String bytes) throws IOException {
    return writeBytes(folder.resolve("a.idx"), bytes);
  }
}

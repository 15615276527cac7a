package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TextCursorTest {
  private static final Path FILE = Path.of("a");

  @Test
  void countsLineFeedsAndCodePoints() {
    var cursor = new TextCursor(new Place(FILE, 3, 2), "a😀\r\né");
    assertEquals(new Place(FILE, 3, 2), cursor.place());
    assertEquals(new Place(FILE, 3, 4), cursor.moveTo(3));
    assertEquals(new Place(FILE, 4, 1), cursor.moveTo(5));
    assertEquals(new Place(FILE, 4, 2), cursor.moveTo(6));
    assertEquals(6, cursor.offset());
  }

  @Test
  void goesNeitherBackNorBeyondTheEnd() {
    var cursor = new TextCursor(new Place(FILE, 1, 1), "abc");
    cursor.moveTo(2);
    assertEquals(new Place(FILE, 1, 3), cursor.moveTo(1));
    assertEquals(new Place(FILE, 1, 4), cursor.moveTo(Long.MAX_VALUE));
    assertEquals(3, cursor.offset());
  }
}

package dev.recurrent.data;

import dev.recurrent.io.JsonFaults;
import tools.jackson.core.JacksonException;

/** Says where and why a text is not the JSON that is expected. */
final class JsonErrors {
  private JsonErrors() {}

  /**
   * Describes what the parser has refused.
   *
   * @param cursor where the place is taken from that the parser does not tell, as with a number of
   *     too many digits
   */
  static DataException describe(JacksonException refused, TextCursor cursor, String expected) {
    var location = refused.getLocation();
    var place = location == null ? cursor.place() : cursor.moveTo(location.getCharOffset());
    return new DataException(place, expected, JsonFaults.describe(refused));
  }
}

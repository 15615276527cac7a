package dev.recurrent.data;

/**
 * Walks forward through a text and knows the line and the character (code point) it is at. All its
 * steps together take one pass, however long the lines are.
 */
final class TextCursor {
  private final String text;
  private int offset;
  private Place place;

  /**
   * Starts at the begin of a text.
   *
   * @param begin its place
   */
  TextCursor(Place begin, String text) {
    this.text = text;
    place = begin;
  }

  /** Returns how many {@code char}s are behind it. */
  int offset() {
    return offset;
  }

  /** Returns where it is. */
  Place place() {
    return place;
  }

  /**
   * Goes forward to an offset, at most to the end; stays where it is if that is behind it.
   *
   * @return the place there
   */
  Place moveTo(long target) {
    int end = (int) Math.min(target, text.length());
    int line = place.line();
    int column = place.column();
    for (; offset < end; offset++) {
      char c = text.charAt(offset);
      if (c == '\n') {
        line++;
        column = 1;
      } else if (!Character.isLowSurrogate(c)) {
        column++;
      }
    }
    place = new Place(place.file(), line, column);
    return place;
  }
}

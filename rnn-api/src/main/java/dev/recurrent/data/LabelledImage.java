package dev.recurrent.data;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Is a grey image and the number of the class it belongs to.
 *
 * @param source the images of which it is one
 * @param number which one it is, from 0
 */
public record LabelledImage(LabelledImages source, int number) {

  /** Checks that there is such an image. */
  public LabelledImage {
    Objects.checkIndex(number, source.size());
  }

  /** Returns the number of rows. */
  public int rows() {
    return source.rows();
  }

  /** Returns the number of columns. */
  public int columns() {
    return source.columns();
  }

  /** Returns the grey value of a pixel, from 0 to 255; the pixels go row by row. */
  public int grey(int pixel) {
    return source.grey(number, pixel);
  }

  /** Returns the number of the class, or null where it is not known. */
  public @Nullable Integer label() {
    return source.label(number);
  }

  /** Returns what the image is called: that of its source, and its number. */
  @Override
  public String toString() {
    return source.name() + "#" + number;
  }
}

package dev.recurrent.data;

import org.jspecify.annotations.Nullable;

/**
 * An image and what is to be written for it.
 *
 * @param image the image
 * @param text the text, or null where it is not known
 */
public record CaptionedImage(LabelledImage image, @Nullable String text) {
  /** Returns what the image is called. */
  @Override
  public String toString() {
    return image.toString();
  }
}

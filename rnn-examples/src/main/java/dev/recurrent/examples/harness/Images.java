package dev.recurrent.examples.harness;

import dev.recurrent.data.DataException;
import dev.recurrent.data.LabelledImage;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.tape.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Function;

/** Does what all tasks with images share: finds the files of a folder, and makes sequences. */
public final class Images {
  /** How many pixels an image of a model file can have. */
  public static final int MAX_PIXELS = 1 << 24;

  private static final float WHITE = 255;

  private Images() {}

  /**
   * Finds the images that train and those that test, where {@code --data} is a folder in which both
   * have their usual names.
   *
   * @throws DataException if it has no such files
   */
  public static Task.Sources sources(Task.Sources given) throws IOException {
    var folder = given.training();
    if (!Files.isDirectory(folder)) {
      return given;
    }
    var test = given.test();
    return new Task.Sources(
        LabelledImages.find(folder, "train"),
        given.validation(),
        test == null ? LabelledImages.find(folder, "t10k") : test);
  }

  /**
   * Returns the parts if they have labels.
   *
   * @param image that of an example
   * @throws DataException if a part has none
   */
  public static <E> Parts<E> requireLabels(Parts<E> parts, Function<E, LabelledImage> image)
      throws DataException {
    for (var part : List.of(parts.training(), parts.validation(), parts.test())) {
      image.apply(part.getFirst()).source().requireLabels();
    }
    return parts;
  }

  /**
   * Cuts the pixels of images, row by row, into steps of {@code width} numbers in [0, 1].
   *
   * @throws IllegalArgumentException if the images differ in size, or it is not a multiple
   */
  public static Sequences steps(List<LabelledImage> images, int width) {
    int batch = images.size();
    int pixels = images.getFirst().rows() * images.getFirst().columns();
    if (pixels % width != 0) {
      throw new IllegalArgumentException(
          "%s: expected images of a multiple of %d pixels, got %d"
              .formatted(images.getFirst().source().name(), width, pixels));
    }
    var steps = new float[batch * pixels]; // [pixels / width, batch, width]
    for (int b = 0; b < batch; b++) {
      var image = images.get(b);
      if (image.rows() * image.columns() != pixels) {
        throw new IllegalArgumentException(
            "%s: expected an image of %d pixels, as others, got %d"
                .formatted(image, pixels, image.rows() * image.columns()));
      }
      for (int p = 0; p < pixels; p++) {
        steps[(p / width * batch + b) * width + p % width] = image.grey(p) / WHITE;
      }
    }
    return Sequences.timeMajor(steps, pixels / width, batch, width);
  }
}

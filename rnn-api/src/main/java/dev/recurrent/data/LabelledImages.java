package dev.recurrent.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds grey images of one size and, where they are known, the numbers of their classes: what the
 * pairs of {@link Idx} files hold in which MNIST and its likes are published.
 */
public final class LabelledImages {
  private static final int DIMENSIONS = 3;

  private final String name;
  private final Idx images; // [N, rows, columns]
  private final @Nullable Idx labels; // [N]

  private LabelledImages(String name, Idx images, @Nullable Idx labels) {
    this.name = name;
    this.images = images;
    this.labels = labels;
  }

  /**
   * Holds images without labels.
   *
   * @param name what the images are called in messages, such as the file they come from
   * @param images {@code [N, rows, columns]}
   */
  public static LabelledImages of(String name, Idx images) {
    int[] shape = images.shape();
    if (shape.length != DIMENSIONS || shape[1] < 1 || shape[2] < 1) {
      throw new IllegalArgumentException(
          name + ": expected images [N, rows, columns], got " + Arrays.toString(shape));
    }
    return new LabelledImages(name, images, null);
  }

  /**
   * Returns the same images with their labels.
   *
   * @param newLabels {@code [N]}
   */
  public LabelledImages withLabels(Idx newLabels) {
    if (newLabels.shape().length != 1 || newLabels.shape()[0] != size()) {
      throw new IllegalArgumentException(
          name + ": expected labels [N=" + size() + "], got " + Arrays.toString(newLabels.shape()));
    }
    return new LabelledImages(name, images, newLabels);
  }

  /**
   * Reads an IDX file of images and, where it lies beside it, that of their labels: the one whose
   * name has {@code labels} and {@code idx1} in the place of {@code images} and {@code idx3},
   * compressed by gzip or not.
   *
   * @throws DataException if a file is malformed, or there are not as many labels as images
   */
  public static LabelledImages read(Path file) throws IOException {
    var images = Idx.readBytes(file);
    if (images.shape().length != DIMENSIONS || images.shape()[1] < 1 || images.shape()[2] < 1) {
      throw new DataException(
          Place.of(file), "images [N, rows, columns]", Arrays.toString(images.shape()));
    }
    var read = of(file.toString(), images);
    var place = labelsOf(file);
    if (place.isEmpty()) {
      return read;
    }
    var found = Idx.readBytes(place.get());
    if (found.shape().length != 1 || found.shape()[0] != read.size()) {
      throw new DataException(
          Place.of(place.get()),
          "labels [N=" + read.size() + "] for the images of " + file.getFileName(),
          Arrays.toString(found.shape()));
    }
    return read.withLabels(found);
  }

  /** Returns the file of labels that {@link #read} takes with a file of images, if there is one. */
  public static Optional<Path> labelsOf(Path file) {
    return labelFiles(file).stream().filter(Files::exists).findFirst();
  }

  /** Returns where the labels of a file of images may lie; none if its name tells nothing. */
  private static Set<Path> labelFiles(Path file) {
    var plain = DataStream.plainName(file);
    var places = new LinkedHashSet<Path>();
    if (plain.contains("images")) {
      var wanted = plain.replace("images", "labels").replace("idx3", "idx1");
      places.add(file.resolveSibling(file.toString().endsWith(".gz") ? wanted + ".gz" : wanted));
      places.add(file.resolveSibling(wanted));
      places.add(file.resolveSibling(wanted + ".gz"));
    }
    return places;
  }

  /**
   * Finds the file of images of a part in a folder in which the files have their usual names, such
   * as {@code train-images-idx3-ubyte.gz}.
   *
   * @param part with which the name begins, such as {@code train} or {@code t10k}
   * @throws DataException if there is none, or more than one
   */
  public static Path find(Path folder, String part) throws IOException {
    try (var files = Files.list(folder)) {
      var found =
          files
              .filter(file -> DataStream.plainName(file).matches(part + "-images.idx3-ubyte"))
              .sorted()
              .toList();
      if (found.size() != 1) {
        throw new DataException(
            Place.of(folder), part + "-images-idx3-ubyte or the same with .gz", found.size() + "");
      }
      return found.getFirst();
    }
  }

  /**
   * Refuses images without labels, and says where these were looked for.
   *
   * @throws DataException if there are none
   */
  public void requireLabels() throws DataException {
    if (labels == null) {
      var file = Path.of(name);
      var places =
          labelFiles(file).stream()
              .map(place -> String.valueOf(place.getFileName()))
              .collect(Collectors.joining(" or "));
      throw new DataException(
          Place.of(file),
          "its labels beside it, "
              + (places.isEmpty() ? "for which its name must have images in it" : "in " + places),
          "none");
    }
  }

  /** Returns what the images are called in messages. */
  public String name() {
    return name;
  }

  /** Returns the number of images. */
  public int size() {
    return images.shape()[0];
  }

  /** Returns the number of rows of an image. */
  public int rows() {
    return images.shape()[1];
  }

  /** Returns the number of columns of an image. */
  public int columns() {
    return images.shape()[2];
  }

  /** Returns all images in their order. */
  public List<LabelledImage> all() {
    return IntStream.range(0, size()).mapToObj(i -> new LabelledImage(this, i)).toList();
  }

  int grey(int image, int pixel) {
    return images.unsigned(image * rows() * columns() + pixel);
  }

  @Nullable Integer label(int image) {
    return labels == null ? null : labels.unsigned(image);
  }
}

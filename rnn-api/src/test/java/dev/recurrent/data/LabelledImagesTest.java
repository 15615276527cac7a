package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.writeBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledImagesTest {
  /** Two images of one row and three columns. */
  private static final String IMAGES =
      "\0\0\u0008\u0003" + "\0\0\0\u0002" + "\0\0\0\u0001" + "\0\0\0\u0003" + "abcde\u00ff";

  private static final String LABELS = "\0\0\u0008\u0001" + "\0\0\0\u0002" + "\u0007\u0000";

  @TempDir Path folder;

  @Test
  void labelsAreFoundByTheNameOfTheImages() throws IOException {
    Path file = writeBytes(folder.resolve("train-images-idx3-ubyte"), IMAGES);
    writeBytes(folder.resolve("train-labels-idx1-ubyte"), LABELS);
    var images = LabelledImages.read(file);
    assertEquals(2, images.size());
    assertEquals(1, images.rows());
    assertEquals(3, images.columns());
    var second = images.all().get(1);
    assertEquals('d', second.grey(0));
    assertEquals(255, second.grey(2));
    assertEquals(0, second.label());
    assertEquals(7, images.all().get(0).label());
    assertEquals(file + "#1", second.toString());
  }

  @Test
  void labelsMayBeCompressedWhereImagesAreNot() throws IOException {
    Path file = writeBytes(folder.resolve("my-images.idx3-ubyte"), IMAGES);
    DataFiles.writeGzip(folder.resolve("my-labels.idx1-ubyte.gz"), LABELS);
    assertEquals(7, LabelledImages.read(file).all().get(0).label());
  }

  @Test
  void imagesWithoutLabelsAreReadAndRefusedWhereLabelsAreNeeded() throws IOException {
    Path file = writeBytes(folder.resolve("t10k-images-idx3-ubyte"), IMAGES);
    var images = LabelledImages.read(file);
    assertNull(images.all().get(0).label());
    assertRefused(
        folder,
        "t10k-images-idx3-ubyte: expected its labels beside it, in t10k-labels-idx1-ubyte or"
            + " t10k-labels-idx1-ubyte.gz, got none",
        images::requireLabels);
    Path other = writeBytes(folder.resolve("pictures"), IMAGES);
    assertRefused(
        folder,
        "pictures: expected its labels beside it, for which its name must have images in it, got"
            + " none",
        () -> LabelledImages.read(other).requireLabels());
  }

  @Test
  void malformedPairsAreRefused() throws IOException {
    Path file = writeBytes(folder.resolve("images"), IMAGES);
    writeBytes(folder.resolve("labels"), "\0\0\u0008\u0001" + "\0\0\0\u0001" + "\u0007");
    assertRefused(
        folder,
        "labels: expected labels [N=2] for the images of images, got [1]",
        () -> LabelledImages.read(file));
    writeBytes(folder.resolve("labels"), IMAGES);
    assertRefused(
        folder,
        "labels: expected labels [N=2] for the images of images, got [2, 1, 3]",
        () -> LabelledImages.read(file));
    Path flat = writeBytes(folder.resolve("flat"), LABELS);
    assertRefused(
        folder,
        "flat: expected images [N, rows, columns], got [2]",
        () -> LabelledImages.read(flat));
    var wrong =
        assertThrows(
            IllegalArgumentException.class,
            () -> LabelledImages.of("made", new Idx(new int[] {0, 0, 3}, new byte[0])));
    assertEquals("made: expected images [N, rows, columns], got [0, 0, 3]", wrong.getMessage());
  }

  @Test
  void filesOfUsualNamesAreFoundInAFolder() throws IOException {
    assertRefused(
        folder,
        folder + ": expected train-images-idx3-ubyte or the same with .gz, got 0",
        () -> LabelledImages.find(folder, "train"));
    Path file = Files.createFile(folder.resolve("train-images-idx3-ubyte.gz"));
    Files.createFile(folder.resolve("t10k-images-idx3-ubyte.gz"));
    Files.createFile(folder.resolve("train-labels-idx1-ubyte.gz"));
    assertEquals(file, LabelledImages.find(folder, "train"));
    Files.createFile(folder.resolve("train-images-idx3-ubyte"));
    assertThrows(DataException.class, () -> LabelledImages.find(folder, "train"));
  }
}

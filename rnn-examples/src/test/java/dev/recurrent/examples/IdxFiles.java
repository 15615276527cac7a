package dev.recurrent.examples;

import dev.recurrent.data.LabelledImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes images and labels as MNIST's files. */
final class IdxFiles {
  private static final int BYTES = 0x08;

  private IdxFiles() {}

  static void writeImages(Path file, List<LabelledImage> images) throws IOException {
    int rows = images.getFirst().rows();
    int columns = images.getFirst().columns();
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(BYTES << 8 | 3);
    out.writeInt(images.size());
    out.writeInt(rows);
    out.writeInt(columns);
    for (var image : images) {
      for (int p = 0; p < rows * columns; p++) {
        out.writeByte(image.grey(p));
      }
    }
    Files.write(file, bytes.toByteArray());
  }

  static void writeLabels(Path file, List<LabelledImage> images) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(BYTES << 8 | 1);
    out.writeInt(images.size());
    for (var image : images) {
      Integer label = image.label();
      out.writeByte(label == null ? 0 : label);
    }
    Files.write(file, bytes.toByteArray());
  }

  /** Writes a part with labels into a folder, under the usual names. */
  static void writePart(Path folder, String part, List<LabelledImage> images) throws IOException {
    writeImages(folder.resolve(part + "-images-idx3-ubyte"), images);
    writeLabels(folder.resolve(part + "-labels-idx1-ubyte"), images);
  }
}

package dev.recurrent.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Holds an array of bytes of any number of dimensions, as the IDX files of MNIST do: {@code [N, 28,
 * 28]} for images, {@code [N]} for labels.
 *
 * @param shape the size of each dimension
 * @param values the bytes, the last dimension running fastest; the array is not copied
 */
public record Idx(int[] shape, byte[] values) {
  private static final int UNSIGNED_BYTES = 0x08;

  /** Checks that there are as many values as the shape says. */
  public Idx {
    if (count(shape) != values.length) {
      throw new IllegalArgumentException(
          "values: expected " + Arrays.toString(shape) + ", got " + values.length + " bytes");
    }
  }

  /**
   * Reads a file of unsigned bytes.
   *
   * @throws DataException if it is not an IDX file of bytes, or too short or long for its shape
   */
  public static Idx readBytes(Path file) throws IOException {
    try (var in = DataStream.open(file)) {
      byte[] magic = in.readNBytes(4);
      if (magic.length < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] != UNSIGNED_BYTES) {
        throw new DataException(Place.of(file), "an IDX file of bytes (00 00 08)", hex(magic));
      }
      byte[] sizes = in.readNBytes(4 * (magic[3] & 0xff));
      int[] shape = new int[sizes.length / 4];
      ByteBuffer.wrap(sizes).asIntBuffer().get(shape);
      long count = sizes.length == 4 * (magic[3] & 0xff) ? count(shape) : -1;
      if (count < 0 || count > Integer.MAX_VALUE - 8) {
        throw new DataException(
            Place.of(file),
            (magic[3] & 0xff) + " dimensions of less than 2 GiB",
            Arrays.toString(shape));
      }
      byte[] values = in.readNBytes((int) count);
      if (values.length < count || in.read() >= 0) {
        throw new DataException(
            Place.of(file),
            count + " bytes for " + Arrays.toString(shape),
            values.length < count ? String.valueOf(values.length) : "more");
      }
      return new Idx(shape, values);
    }
  }

  /** Returns the value at an index of {@link #values}, from 0 to 255. */
  public int unsigned(int index) {
    return values[index] & 0xff;
  }

  /** Returns the product of the sizes, or -1 if one is negative or it is beyond 64 bits. */
  private static long count(int[] shape) {
    long count = 1;
    for (int size : shape) {
      if (size < 0 || count > Integer.MAX_VALUE) {
        return -1;
      }
      count *= size;
    }
    return count;
  }

  private static String hex(byte[] bytes) {
    var text = new StringBuilder();
    for (byte b : bytes) {
      text.append(text.isEmpty() ? "" : " ").append(String.format("%02x", b));
    }
    return bytes.length == 0 ? "an empty file" : text.toString();
  }
}

package dev.recurrent.io;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The CRC-32C of a file's data and of its header, which the metadata of the files that we write
 * have. That of the header covers names, types, shapes and places of all tensors and all other
 * metadata, whatever their order in the file.
 *
 * <p>There are two entries so that damage to the name of one is seen by the other.
 */
final class FileChecksum {
  /** The key of the checksum of the data. */
  static final String DATA = "recurrent.crc32c.data";

  /** The key of the checksum of all else in the header. */
  static final String HEADER = "recurrent.crc32c.header";

  private FileChecksum() {}

  /** Returns the value of {@link #HEADER} for a header; an entry of that key is left out. */
  static String ofHeader(Map<String, String> metadata, Collection<TensorInfo> tensors) {
    var sum = new CRC32C();
    var sorted = new TreeMap<>(metadata);
    sorted.remove(HEADER);
    number(sum, sorted.size());
    sorted.forEach(
        (key, value) -> {
          text(sum, key);
          text(sum, value);
        });
    var byName = new TreeMap<String, TensorInfo>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    for (var tensor : byName.values()) {
      text(sum, tensor.name());
      text(sum, tensor.dtype().name());
      number(sum, tensor.shape().length);
      for (long size : tensor.shape()) {
        number(sum, size);
      }
      number(sum, tensor.begin());
      number(sum, tensor.end());
    }
    return format(sum);
  }

  /** Writes a checksum as it stands in a file: 8 hexadecimal digits. */
  static String format(Checksum sum) {
    return "%08x".formatted(sum.getValue());
  }

  private static void text(Checksum sum, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    number(sum, bytes.length);
    sum.update(bytes);
  }

  private static void number(Checksum sum, long number) {
    sum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number).array());
  }
}

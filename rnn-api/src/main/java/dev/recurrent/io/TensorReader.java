package dev.recurrent.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Loads the data of single tensors from a file, in chunks, so that beside the result only one chunk
 * is held. No file stays open in between; a file that was replaced or changed is refused.
 */
final class TensorReader {
  private static final int CHUNK_BYTES = 1 << 18;
  private static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8; // what JVMs allow for an array

  private final Path file;
  private final BasicFileAttributes attributes; // at the time the header was read
  private final long dataStart;
  private final @Nullable String checksum; // of the data
  private volatile boolean verified;

  /**
   * Reads a file.
   *
   * @param checksum of the data, which are compared with it before the first load; null for none
   */
  TensorReader(
      Path file, BasicFileAttributes attributes, long dataStart, @Nullable String checksum) {
    this.file = file;
    this.attributes = attributes;
    this.dataStart = dataStart;
    this.checksum = checksum;
    verified = checksum == null;
  }

  /** Moves all of a chunk's elements into an array. */
  @FunctionalInterface
  interface Decoder<A> {
    /**
     * Decodes the chunk, which is little-endian and holds whole elements.
     *
     * @param first where in the array the chunk's first element belongs
     */
    void decode(ByteBuffer chunk, A array, int first);
  }

  /** Loads a tensor into a new array of as many elements. */
  <A> A load(TensorInfo tensor, IntFunction<A> newArray, Decoder<A> decoder) throws IOException {
    int elementBytes = tensor.dtype().bits() / 8;
    var chunk = newChunk(tensor);
    A array = allocate(tensor, tensor.elements(), newArray);
    readChunks(tensor, chunk, at -> decoder.decode(chunk, array, (int) (at / elementBytes)));
    return array;
  }

  /** Loads the bytes of a tensor as they are in the file. */
  byte[] bytes(TensorInfo tensor) throws IOException {
    var chunk = newChunk(tensor);
    byte[] array = allocate(tensor, tensor.bytes(), byte[]::new);
    readChunks(tensor, chunk, at -> chunk.get(array, (int) at, chunk.remaining()));
    return array;
  }

  /** Fills the buffer up to its limit from this position of the file. */
  static void readFully(Path file, FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    int start = buffer.position();
    int limit = buffer.limit();
    while (buffer.position() < limit) {
      // In pieces, since the JDK copies through a direct buffer as large as what is asked for.
      buffer.limit((int) Math.min(limit, (long) buffer.position() + CHUNK_BYTES));
      if (channel.read(buffer, position + (buffer.position() - start)) < 0) {
        throw new SafeTensorsException(
            file, "file", "an unchanged file", "one cut short while it was read");
      }
    }
  }

  private static ByteBuffer newChunk(TensorInfo tensor) {
    int bytes = (int) Math.min(CHUNK_BYTES, tensor.bytes());
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private <A> A allocate(TensorInfo tensor, long length, IntFunction<A> newArray)
      throws SafeTensorsException {
    if (length <= MAX_ELEMENTS) {
      try {
        return newArray.apply((int) length);
      } catch (OutOfMemoryError e) {
        // One failed allocation of a large array leaves the JVM as it was, so this is a plain
        // refusal; the data are really in the file, its size was checked.
        String heap = "a tensor that fits in the free part of the Java heap (-Xmx raises it)";
        var failure = failure(tensor, heap, tensor.bytes() + " bytes");
        failure.initCause(e);
        throw failure;
      }
    }
    throw failure(tensor, "at most " + MAX_ELEMENTS + " elements for an array", length + "");
  }

  /** Compares all data with their checksum, if that has not been done and there is one. */
  void verify() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      checkUnchanged();
      if (!verified) {
        verify(channel);
      }
    }
  }

  /** Fills the chunk again and again; the consumer gets where in the tensor its bytes begin. */
  private void readChunks(TensorInfo tensor, ByteBuffer chunk, LongConsumer consumer)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      checkUnchanged();
      if (!verified) {
        verify(channel);
      }
      long at = 0;
      while (at < tensor.bytes()) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, tensor.bytes() - at));
        readFully(file, channel, chunk, dataStart + tensor.begin() + at);
        chunk.flip();
        int length = chunk.remaining();
        consumer.accept(at);
        at += length;
      }
    }
  }

  /** Compares all data with their checksum; threads that do so at once do the same. */
  private void verify(FileChannel channel) throws IOException {
    var sum = new CRC32C();
    long end = attributes.size();
    var chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, end - dataStart));
    for (long at = dataStart; at < end; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
      readFully(file, channel, chunk, at);
      sum.update(chunk.flip());
    }
    var got = FileChecksum.format(sum);
    if (!got.equals(checksum)) {
      throw new SafeTensorsException(
          file, "data", "the checksum " + checksum, got + ": the file is damaged");
    }
    verified = true;
  }

  private void checkUnchanged() throws IOException {
    var now = Files.readAttributes(file, BasicFileAttributes.class);
    if (now.size() != attributes.size()
        || !now.lastModifiedTime().equals(attributes.lastModifiedTime())
        || !Objects.equals(now.fileKey(), attributes.fileKey())) {
      throw new SafeTensorsException(
          file, "file", "the one whose header was read", "one replaced or changed since");
    }
  }

  private SafeTensorsException failure(TensorInfo tensor, String expected, String got) {
    return new SafeTensorsException(file, "tensor " + tensor, expected, got);
  }
}

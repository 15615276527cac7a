package dev.recurrent.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Reads and writes a safetensors file: named tensors and text metadata, the format in which PyTorch
 * and Hugging Face models are exchanged.
 *
 * <pre>{@code
 * SafeTensors.write(path, Map.of("bias", TensorData.of(new float[] {1, 2}, 2)), Map.of());
 * float[] bias = SafeTensors.read(path).floats("bias");
 * }</pre>
 *
 * <p>Reading takes in the header only, and checks all of it against the file's real size; the data
 * of a tensor are loaded when asked for. Each load opens the file anew and refuses one that was
 * replaced or changed since; nothing has to be closed. Memory stays in proportion to the header and
 * the tensor asked for, whatever the file claims. Immutable and thread-safe.
 *
 * <p>A file that {@link #writeChecked} wrote, as models and checkpoints are, holds checksums
 * (CRC-32C). That of the header is compared when it is read, that of the data before the first
 * tensor is loaded, for which the file is read through once. Files of others have none.
 *
 * <p>All values are in row-major order. A wrong file, a name it does not have, or a type that does
 * not fit gives a {@link SafeTensorsException}.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
public final class SafeTensors {
  /** The longest header accepted, in bytes: the limit of the reference implementation. */
  static final long MAX_HEADER_BYTES = 100_000_000;

  /**
   * The part of the heap that a header may take. The densest hostile header, of tiny metadata
   * entries, takes about 11 times its length once parsed.
   */
  private static final int HEADER_PART_OF_HEAP = 16;

  private final Path file;
  private final Map<String, TensorInfo> tensors;
  private final Map<String, String> metadata;
  private final TensorReader reader;

  private SafeTensors(Path file, SafeTensorsHeader header, TensorReader reader) {
    this.file = file;
    this.tensors = Collections.unmodifiableMap(header.tensors());
    this.metadata = Collections.unmodifiableMap(header.metadata());
    this.reader = reader;
  }

  /**
   * Reads the header of a file and checks that the whole file fits it.
   *
   * @throws SafeTensorsException when the file is not of this format, or is cut or damaged
   * @throws IOException when the file is missing or cannot be read
   */
  public static SafeTensors read(Path file) throws IOException {
    if (Files.notExists(file)) {
      throw new NoSuchFileException(file.toString(), null, "expected a file, got none");
    }
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) { // reading from a pipe would wait
      String kind = attributes.isDirectory() ? "a folder" : "a special file";
      throw new SafeTensorsException(file, "file", "a regular file", kind);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = attributes.size();
      if (size < 8) {
        throw new SafeTensorsException(
            file, "file", "at least 8 bytes (the header's length)", size + " bytes");
      }
      byte[] start = readFully(file, channel, 0, (int) Math.min(size, ForeignFormat.BYTES));
      requireNoOtherFormat(file, start);
      long length = Long.reverseBytes(ByteBuffer.wrap(start).getLong());
      checkHeaderLength(file, length, size);
      byte[] json = readFully(file, channel, 8, (int) length);
      long dataStart = 8 + length;
      var header = SafeTensorsHeader.parse(file, json, size - dataStart);
      checkHeader(file, header);
      var checksum = header.metadata().get(FileChecksum.DATA);
      return new SafeTensors(file, header, new TensorReader(file, attributes, dataStart, checksum));
    }
  }

  /**
   * Writes tensors and metadata to a file, as a whole or not at all (see {@link AtomicFiles}).
   *
   * <p>The bytes depend on the content alone, not on the order of the maps: tensors come by falling
   * element size and then by name, metadata by key. They are aligned to their element size.
   *
   * @throws IllegalArgumentException when a name is {@code __metadata__}, a text is not well-formed
   *     Unicode, or the header becomes longer than 100 MB; nothing is written then
   * @throws IOException when the file cannot be written; what was there is then still there
   */
  public static void write(Path file, Map<String, TensorData> tensors, Map<String, String> metadata)
      throws IOException {
    AtomicFiles.write(file, new SafeTensorsWriter(tensors, metadata)::writeTo);
  }

  /**
   * Writes a file as {@link #write} does, with the checksums of its data and of its header in the
   * metadata, under keys that start with {@code recurrent.crc32c}.
   *
   * @throws IllegalArgumentException as {@link #write} does; also where the metadata have such keys
   * @throws IOException when the file cannot be written; what was there is then still there
   */
  public static void writeChecked(
      Path file, Map<String, TensorData> tensors, Map<String, String> metadata) throws IOException {
    var writer = SafeTensorsWriter.withChecksums(tensors, metadata);
    AtomicFiles.write(file, writer::writeTo);
  }

  /** Returns the path from which this was read. */
  public Path file() {
    return file;
  }

  /** Returns all tensors by name, in the header's order; unmodifiable. */
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  /** Returns the names of all tensors, in the header's order; unmodifiable. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Returns the metadata in the header's order, empty if the file has none; unmodifiable. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Says whether the file has a tensor of this name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * Returns what the header says of a tensor.
   *
   * @throws SafeTensorsException when there is no such tensor; the message lists close names
   */
  public TensorInfo tensor(String name) throws SafeTensorsException {
    TensorInfo tensor = tensors.get(name);
    if (tensor == null) {
      throw new SafeTensorsException(file, "tensor", Quoted.quote(name), gotNames(name));
    }
    return tensor;
  }

  /**
   * Returns a tensor's shape, outermost dimension first; empty for a scalar.
   *
   * @throws SafeTensorsException when there is no such tensor
   */
  public long[] shape(String name) throws SafeTensorsException {
    return tensor(name).shape();
  }

  /**
   * Loads a tensor of type {@code F32}, {@code F16} or {@code BF16}; each value exactly.
   *
   * @throws SafeTensorsException when there is no such tensor, or it has another type (for {@code
   *     F64} see {@link #doubles} and {@link #roundedFloats})
   */
  public float[] floats(String name) throws IOException {
    TensorInfo tensor = tensor(name);
    if (tensor.dtype() == DType.F64) {
      throw wrongType(tensor, "F32, F16 or BF16 (F64 by doubles or roundedFloats)");
    }
    return roundedFloats(name);
  }

  /**
   * Loads a tensor as {@link #floats} does, and {@code F64} too, each value rounded to the nearest.
   *
   * @throws SafeTensorsException when there is no such tensor, or it has another type
   */
  public float[] roundedFloats(String name) throws IOException {
    TensorInfo tensor = tensor(name);
    var element = element(tensor);
    if (tensor.dtype() == DType.F32) {
      return reader.load(
          tensor, float[]::new, (in, a, i) -> in.asFloatBuffer().get(a, i, in.remaining() / 4));
    }
    return reader.load(
        tensor,
        float[]::new,
        (in, array, first) -> {
          for (int i = first; in.hasRemaining(); i++) {
            array[i] = (float) element.applyAsDouble(in);
          }
        });
  }

  /**
   * Loads a tensor of type {@code F64}, {@code F32}, {@code F16} or {@code BF16}; each value
   * exactly.
   *
   * @throws SafeTensorsException when there is no such tensor, or it has another type
   */
  public double[] doubles(String name) throws IOException {
    TensorInfo tensor = tensor(name);
    var element = element(tensor);
    return reader.load(
        tensor,
        double[]::new,
        (in, array, first) -> {
          for (int i = first; in.hasRemaining(); i++) {
            array[i] = element.applyAsDouble(in);
          }
        });
  }

  /**
   * Loads a tensor of type {@code I32}.
   *
   * @throws SafeTensorsException when there is no such tensor, or it has another type
   */
  public int[] ints(String name) throws IOException {
    TensorInfo tensor = tensor(name);
    if (tensor.dtype() != DType.I32) {
      throw wrongType(tensor, "I32");
    }
    return reader.load(
        tensor, int[]::new, (in, a, i) -> in.asIntBuffer().get(a, i, in.remaining() / 4));
  }

  /**
   * Loads a tensor of type {@code I64} or {@code I32}.
   *
   * @throws SafeTensorsException when there is no such tensor, or it has another type
   */
  public long[] longs(String name) throws IOException {
    TensorInfo tensor = tensor(name);
    return switch (tensor.dtype()) {
      case I64 ->
          reader.load(
              tensor, long[]::new, (in, a, i) -> in.asLongBuffer().get(a, i, in.remaining() / 8));
      case I32 ->
          reader.load(
              tensor,
              long[]::new,
              (in, array, first) -> {
                for (int i = first; in.hasRemaining(); i++) {
                  array[i] = in.getInt();
                }
              });
      default -> throw wrongType(tensor, "I64 or I32");
    };
  }

  /**
   * Loads the bytes of a tensor of any type as they are in the file: little-endian, row-major.
   *
   * @throws SafeTensorsException when there is no such tensor
   */
  public byte[] bytes(String name) throws IOException {
    return reader.bytes(tensor(name));
  }

  /**
   * Compares all data with their checksum, as the first load of a tensor does; does nothing where
   * the file has none.
   *
   * @throws SafeTensorsException when they differ, or the file was replaced or changed since it was
   *     read
   */
  public void verify() throws IOException {
    reader.verify();
  }

  /** Returns the file's path and how many tensors it has. */
  @Override
  public String toString() {
    return file + " (" + tensors.size() + " tensors)";
  }

  private static void requireNoOtherFormat(Path file, byte[] start) throws SafeTensorsException {
    var other = ForeignFormat.of(start);
    if (other.isPresent()) {
      throw new SafeTensorsException(file, "file", "safetensors", other.get().describe());
    }
  }

  /** Refuses a header that is not the one that was written, where the file says which that was. */
  private static void checkHeader(Path file, SafeTensorsHeader header) throws SafeTensorsException {
    var metadata = header.metadata();
    var expected = metadata.get(FileChecksum.HEADER);
    if (expected == null && !metadata.containsKey(FileChecksum.DATA)) {
      return;
    }
    var got = FileChecksum.ofHeader(metadata, header.tensors().values());
    if (!got.equals(expected)) {
      throw new SafeTensorsException(
          file,
          "header",
          "the checksum "
              + (expected == null ? "under " + FileChecksum.HEADER : Quoted.quote(expected)),
          got
              + ": the file is damaged; or else a program has changed it and must leave out the"
              + " metadata under recurrent.crc32c");
    }
    if (!metadata.containsKey(FileChecksum.DATA)) {
      throw new SafeTensorsException(file, "metadata", FileChecksum.DATA, "none");
    }
  }

  private static void checkHeaderLength(Path file, long length, long size)
      throws SafeTensorsException {
    String what = "header length";
    String got = Long.toUnsignedString(length) + " bytes";
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new SafeTensorsException(file, what, "at most " + MAX_HEADER_BYTES + " bytes", got);
    }
    if (length > size - 8) {
      String rest = "at most the " + (size - 8) + " bytes that follow it";
      throw new SafeTensorsException(file, what, rest, got);
    }
    long heap = Runtime.getRuntime().maxMemory() / HEADER_PART_OF_HEAP;
    if (length > heap) {
      String part = "at most " + heap + " bytes, a 16th of the Java heap (-Xmx raises it)";
      throw new SafeTensorsException(file, what, part, got);
    }
  }

  private static byte[] readFully(Path file, FileChannel channel, long position, int length)
      throws IOException {
    byte[] bytes = new byte[length];
    TensorReader.readFully(file, channel, ByteBuffer.wrap(bytes), position);
    return bytes;
  }

  /** Returns what reads one element of a type of real numbers, and moves on behind it. */
  private ToDoubleFunction<ByteBuffer> element(TensorInfo tensor) throws SafeTensorsException {
    return switch (tensor.dtype()) {
      case F64 -> ByteBuffer::getDouble;
      case F32 -> ByteBuffer::getFloat;
      case F16 -> in -> Float.float16ToFloat(in.getShort());
      case BF16 -> in -> Float.intBitsToFloat(in.getShort() << 16);
      default -> throw wrongType(tensor, "F64, F32, F16 or BF16");
    };
  }

  private String gotNames(String wanted) {
    if (tensors.isEmpty()) {
      return "a file without tensors";
    }
    List<String> near = NearNames.of(wanted, tensors.keySet());
    String intro =
        "none of that name, but "
            + (near.isEmpty() ? tensors.size() + " others, such as " : "perhaps ");
    return (near.isEmpty() ? tensors.keySet().stream().limit(3) : near.stream())
        .map(Quoted::quote)
        .collect(Collectors.joining(" or ", intro, ""));
  }

  private SafeTensorsException wrongType(TensorInfo tensor, String expected) {
    String what = "tensor " + Quoted.quote(tensor.name()) + ": dtype";
    return new SafeTensorsException(file, what, expected, tensor.dtype().toString());
  }
}

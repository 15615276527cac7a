package dev.recurrent.io;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Lays out and writes the bytes of a safetensors file, which depend on the content alone.
 *
 * <p>As in the reference implementation, tensors come by falling element size and then by name (in
 * UTF-8 order), so that each lies aligned to its element size without gaps, and the header is
 * padded with spaces to a multiple of 8 bytes.
 */
final class SafeTensorsWriter {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final Comparator<String> UTF8_ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private final List<Map.Entry<String, TensorData>> tensors;
  private final byte[] header; // with its padding

  /**
   * Lays out a file.
   *
   * @throws IllegalArgumentException when a name or a metadata text cannot be in a file, or the
   *     header becomes longer than a reader accepts
   */
  SafeTensorsWriter(Map<String, TensorData> tensors, Map<String, String> metadata) {
    tensors.keySet().forEach(SafeTensorsWriter::checkName);
    metadata.forEach(
        (key, value) -> {
          checkText(key);
          checkText(value);
        });
    this.tensors = new ArrayList<>(tensors.entrySet());
    this.tensors.sort(
        Map.Entry.<String, TensorData>comparingByValue(
                Comparator.comparing(TensorData::dtype).reversed())
            .thenComparing(Map.Entry.comparingByKey(UTF8_ORDER)));
    this.header = header(metadata);
    if (header.length > SafeTensors.MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "header: expected at most %d bytes, got %d"
              .formatted(SafeTensors.MAX_HEADER_BYTES, header.length));
    }
  }

  /**
   * Lays out a file whose metadata have the checksums of its data and of its header.
   *
   * @throws IllegalArgumentException as the constructor does, or if the metadata have such keys
   */
  static SafeTensorsWriter withChecksums(
      Map<String, TensorData> tensors, Map<String, String> metadata) {
    for (var key : List.of(FileChecksum.DATA, FileChecksum.HEADER)) {
      if (metadata.containsKey(key)) {
        throw new IllegalArgumentException(
            "metadata: expected keys other than the reserved ones, got " + key);
      }
    }
    var checked = new TreeMap<>(metadata);
    var data = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32C());
    var writer = new SafeTensorsWriter(tensors, metadata);
    try {
      writer.writeData(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written anywhere
    }
    checked.put(FileChecksum.DATA, FileChecksum.format(data.getChecksum()));
    checked.put(FileChecksum.HEADER, FileChecksum.ofHeader(checked, writer.places()));
    return new SafeTensorsWriter(tensors, checked);
  }

  /** Returns where the tensors lie. */
  private List<TensorInfo> places() {
    var places = new ArrayList<TensorInfo>();
    long begin = 0;
    for (var entry : tensors) {
      var tensor = entry.getValue();
      long end = begin + tensor.bytes();
      places.add(new TensorInfo(entry.getKey(), tensor.dtype(), tensor.shape(), begin, end));
      begin = end;
    }
    return places;
  }

  /** Writes the file: the header's length, the header, the data. */
  void writeTo(OutputStream out) throws IOException {
    var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
    out.write(length.array());
    out.write(header);
    writeData(out);
  }

  private void writeData(OutputStream out) throws IOException {
    var chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (var entry : tensors) {
      TensorData tensor = entry.getValue();
      int elementBytes = tensor.dtype().bits() / 8;
      int elementsInChunk = CHUNK_BYTES / elementBytes;
      int written = 0;
      while (written < tensor.elements()) {
        int count = Math.min(elementsInChunk, tensor.elements() - written);
        tensor.put(written, count, chunk);
        out.write(chunk.array(), 0, count * elementBytes);
        written += count;
      }
    }
  }

  private byte[] header(Map<String, String> metadata) {
    var text = new StringWriter();
    // The reference implementation leaves a slash as it is; Jackson 3, left to itself, escapes it.
    var factory = JsonFactory.builder().disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES).build();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        writeMetadata(json, metadata);
      }
      long begin = 0;
      for (var entry : tensors) {
        begin = writeTensor(json, entry.getKey(), entry.getValue(), begin);
      }
      json.writeEndObject();
    }
    byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, 8) * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void writeMetadata(JsonGenerator json, Map<String, String> metadata) {
    json.writeObjectPropertyStart(SafeTensorsHeader.METADATA);
    var sorted = new TreeMap<String, String>(UTF8_ORDER);
    sorted.putAll(metadata);
    for (var entry : sorted.entrySet()) {
      json.writeStringProperty(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private static long writeTensor(JsonGenerator json, String name, TensorData tensor, long begin) {
    long end = begin + tensor.bytes();
    long[] shape = tensor.shape();
    json.writeObjectPropertyStart(name);
    json.writeStringProperty("dtype", tensor.dtype().name());
    json.writeName("shape");
    json.writeArray(shape, 0, shape.length);
    json.writeName("data_offsets");
    json.writeArray(new long[] {begin, end}, 0, 2);
    json.writeEndObject();
    return end;
  }

  private static void checkName(String name) {
    if (name.equals(SafeTensorsHeader.METADATA)) {
      throw new IllegalArgumentException(
          "tensors: expected names other than the reserved one, got " + Quoted.quote(name));
    }
    checkText(name);
  }

  private static void checkText(String text) {
    if (!SafeTensorsHeader.isWellFormed(text)) {
      throw new IllegalArgumentException(
          "text: expected well-formed Unicode, got " + Quoted.quote(text));
    }
  }
}

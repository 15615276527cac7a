package dev.recurrent.bench.streams;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message in the wire format of Protocol Buffers, with the few kinds of field that ONNX needs.
 */
final class ProtobufMessage {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Adds an integer. */
  ProtobufMessage add(int field, long value) {
    varint(((long) field << 3) | VARINT);
    varint(value);
    return this;
  }

  /** Adds a text. */
  ProtobufMessage add(int field, String text) {
    return add(field, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a message. */
  ProtobufMessage add(int field, ProtobufMessage message) {
    return add(field, message.toBytes());
  }

  /** Adds numbers as bytes, little-endian. */
  ProtobufMessage add(int field, float[] values) {
    var buffer =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return add(field, buffer.array());
  }

  private ProtobufMessage add(int field, byte[] content) {
    varint(((long) field << 3) | LENGTH_DELIMITED);
    varint(content.length);
    bytes.writeBytes(content);
    return this;
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}

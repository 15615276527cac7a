package dev.recurrent.layer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The states of one stream in the JVM's memory: what a {@link Stepper} remembers, to be kept,
 * changed, or written as bytes and read again, perhaps in another process.
 *
 * <pre>{@code
 * byte[] kept = stepper.state().toBytes(); // after the last event of this key
 * stepper.setState(StepperState.fromBytes(kept)); // before the next one
 * }</pre>
 *
 * <p>Names are those of a {@link RecurrentState}, such as {@code lstm.c_l0}. A stepper takes a
 * state if names, sizes and cells are its own, with the same equations. The values are those of the
 * parameters with which they were computed; other parameters go on from them as from any other
 * initial state.
 *
 * <p>Used by one thread at a time; the bytes may go anywhere.
 */
public final class StepperState {
  private static final int MAGIC = 0x534e_4e52; // "RNNS", little-endian
  private static final int VERSION = 1;
  private static final int TEXTS = 3; // of each state
  private static final int HEADER_BYTES = 3 * Integer.BYTES;
  private static final int SMALLEST_ENTRY_BYTES = 4 * Integer.BYTES;
  private static final String WHAT = "bytes of a state: ";

  private final StateLayout layout;
  private final float[][] values; // [states][size], in the order of the layout

  /** Creates a state of zeros. */
  StepperState(StateLayout layout) {
    this(layout, new float[layout.entries().size()][]);
    for (int i = 0; i < values.length; i++) {
      values[i] = new float[layout.entries().get(i).size()];
    }
  }

  private StepperState(StateLayout layout, float[][] values) {
    this.layout = layout;
    this.values = values;
  }

  StateLayout layout() {
    return layout;
  }

  /** Returns the values of state i themselves. */
  float[] values(int i) {
    return values[i];
  }

  /** Returns the names of the states and the number of values of each, sorted by name. */
  public Map<String, Integer> sizes() {
    var sizes = new LinkedHashMap<String, Integer>();
    layout.entries().forEach(entry -> sizes.put(entry.name(), entry.size()));
    return sizes;
  }

  /**
   * Returns a copy of the values of a state.
   *
   * @throws IllegalArgumentException if there is no state of this name
   */
  public float[] get(String name) {
    return values[layout.indexOf("state", name)].clone();
  }

  /**
   * Sets the values of a state.
   *
   * @throws IllegalArgumentException if there is no state of this name, or its size is another one
   */
  public void set(String name, float[] newValues) {
    var own = values[layout.indexOf("state", name)];
    if (newValues.length != own.length) {
      throw new IllegalArgumentException(
          "state " + name + ": expected [" + own.length + "], got [" + newValues.length + "]");
    }
    System.arraycopy(newValues, 0, own, 0, own.length);
  }

  /** Returns an independent copy. */
  public StepperState copy() {
    return new StepperState(
        layout, Arrays.stream(values).map(float[]::clone).toArray(float[][]::new));
  }

  /**
   * Writes names, cells, a hash of their equations, sizes and values as bytes, with a checksum
   * (CRC-32C): some 60 bytes for each state, and 4 for each value.
   */
  public byte[] toBytes() {
    var texts = new ArrayList<byte[]>();
    int size = HEADER_BYTES + Integer.BYTES;
    for (var entry : layout.entries()) {
      for (var text : List.of(entry.name(), entry.cell(), entry.equations())) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        texts.add(bytes);
        size = Math.addExact(size, Integer.BYTES + bytes.length);
      }
      size = Math.addExact(size, Math.multiplyExact(entry.size() + 1, Float.BYTES));
    }
    var buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(MAGIC).putInt(VERSION).putInt(values.length);
    for (int i = 0; i < values.length; i++) {
      for (var text : texts.subList(TEXTS * i, TEXTS * (i + 1))) {
        buffer.putInt(text.length).put(text);
      }
      buffer.putInt(values[i].length);
    }
    for (var its : values) {
      buffer.asFloatBuffer().put(its);
      buffer.position(buffer.position() + its.length * Float.BYTES);
    }
    buffer.putInt(checksum(buffer.array()));
    return buffer.array();
  }

  /**
   * Reads what {@link #toBytes} wrote. Whether it is the state of a model is checked by {@link
   * Stepper#setState}.
   *
   * @throws IllegalArgumentException if the bytes are something else, damaged, cut, or of a later
   *     version of the format
   */
  public static StepperState fromBytes(byte[] bytes) {
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER_BYTES + Integer.BYTES || buffer.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          WHAT + "expected what StepperState.toBytes wrote, got " + bytes.length + " other bytes");
    }
    int version = buffer.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          WHAT + "expected version " + VERSION + " of the format, got " + version);
    }
    int stored = buffer.getInt(bytes.length - Integer.BYTES);
    int computed = checksum(bytes);
    if (stored != computed) {
      throw new IllegalArgumentException(
          "%sexpected CRC-32C %08x, got %08x: the bytes are damaged or cut; begin at zeros or take an earlier copy"
              .formatted(WHAT, stored, computed));
    }
    buffer.limit(bytes.length - Integer.BYTES);
    return read(buffer);
  }

  private static StepperState read(ByteBuffer buffer) {
    int count = length("states", buffer.getInt(), buffer.remaining() / SMALLEST_ENTRY_BYTES);
    var entries = new ArrayList<StateLayout.Entry>();
    long all = 0;
    for (int i = 0; i < count; i++) {
      var name = text("name of a state", buffer);
      var cell = text("name of a cell", buffer);
      var equations = text("equations", buffer);
      int size = length("values of " + name, integer(buffer), buffer.remaining() / Float.BYTES);
      all += size;
      entries.add(new StateLayout.Entry(name, cell, equations, size));
    }
    if (all * Float.BYTES != buffer.remaining()) {
      throw new IllegalArgumentException(
          WHAT + "expected " + all + " values, got " + buffer.remaining() + " bytes of them");
    }
    var state = new StepperState(new StateLayout(entries));
    if (!state.layout.entries().equals(entries)) {
      throw new IllegalArgumentException(WHAT + "expected states sorted by name, got " + entries);
    }
    for (var its : state.values) {
      buffer.asFloatBuffer().get(its);
      buffer.position(buffer.position() + its.length * Float.BYTES);
    }
    return state;
  }

  private static String text(String what, ByteBuffer buffer) {
    var bytes = new byte[length(what, integer(buffer), buffer.remaining())];
    buffer.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int integer(ByteBuffer buffer) {
    length("bytes left", Integer.BYTES, buffer.remaining());
    return buffer.getInt();
  }

  private static int length(String what, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          WHAT + what + ": expected 0 to " + most + ", got " + value);
    }
    return value;
  }

  /** Returns the checksum of all but the last four bytes. */
  private static int checksum(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - Integer.BYTES);
    return (int) crc.getValue();
  }

  /** Tells whether the other object holds the same states with the same values. */
  @Override
  public boolean equals(Object other) {
    return other instanceof StepperState state
        && layout.equals(state.layout)
        && Arrays.deepEquals(values, state.values);
  }

  @Override
  public int hashCode() {
    return 31 * layout.hashCode() + Arrays.deepHashCode(values);
  }

  @Override
  public String toString() {
    return "StepperState[" + layout + "]";
  }
}

package dev.recurrent.bench.nd4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Copies between Java arrays and ND4J's buffers, which lie in the host's memory. */
final class Nd4jMemory implements Memory {
  @Override
  public Storage allocate(DataType type, int size) {
    return new Nd4jStorage(type, size);
  }

  @Override
  public void write(Storage storage, int offset, float[] values, int from, int length) {
    var segment = segment(storage, DataType.FLOAT32, offset, length);
    Objects.checkFromIndexSize(from, length, values.length);
    MemorySegment.copy(values, from, segment, JAVA_FLOAT, 4L * offset, length);
  }

  @Override
  public void write(Storage storage, int offset, int[] values, int from, int length) {
    var segment = segment(storage, DataType.INT32, offset, length);
    Objects.checkFromIndexSize(from, length, values.length);
    MemorySegment.copy(values, from, segment, JAVA_INT, 4L * offset, length);
  }

  @Override
  public void read(Storage storage, int offset, float[] values, int to, int length) {
    var segment = segment(storage, DataType.FLOAT32, offset, length);
    Objects.checkFromIndexSize(to, length, values.length);
    MemorySegment.copy(segment, JAVA_FLOAT, 4L * offset, values, to, length);
  }

  @Override
  public void read(Storage storage, int offset, int[] values, int to, int length) {
    var segment = segment(storage, DataType.INT32, offset, length);
    Objects.checkFromIndexSize(to, length, values.length);
    MemorySegment.copy(segment, JAVA_INT, 4L * offset, values, to, length);
  }

  private static MemorySegment segment(Storage storage, DataType type, int offset, int length) {
    var segment = Nd4jStorage.of(storage).segment(type);
    Objects.checkFromIndexSize(offset, length, storage.size());
    return segment;
  }
}

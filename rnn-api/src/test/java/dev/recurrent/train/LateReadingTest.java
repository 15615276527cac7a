package dev.recurrent.train;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.Storage;
import dev.recurrent.spi.TensorOps;

/** Runs the contract on the reference, which says that it is asynchronous. */
class LateReadingTest extends LateReadingContract {
  private int copies;

  @Override
  protected Backend open() {
    return new Asynchronous(new ReferenceBackend());
  }

  @Override
  protected int copies() {
    return copies;
  }

  private final class Asynchronous implements Backend, Memory {
    private final Backend backend;

    Asynchronous(Backend backend) {
      this.backend = backend;
    }

    @Override
    public DeviceInfo device() {
      return backend.device();
    }

    @Override
    public Memory memory() {
      return this;
    }

    @Override
    public TensorOps ops() {
      return backend.ops();
    }

    @Override
    public RecurrentKernel compile(CellProgram program) {
      return backend.compile(program);
    }

    @Override
    public boolean isAsynchronous() {
      return true;
    }

    @Override
    public Storage allocate(DataType type, int size) {
      return backend.memory().allocate(type, size);
    }

    @Override
    public void write(Storage storage, int offset, float[] values, int from, int length) {
      backend.memory().write(storage, offset, values, from, length);
    }

    @Override
    public void write(Storage storage, int offset, int[] values, int from, int length) {
      backend.memory().write(storage, offset, values, from, length);
    }

    @Override
    public void read(Storage storage, int offset, float[] values, int to, int length) {
      copies++;
      backend.memory().read(storage, offset, values, to, length);
    }

    @Override
    public void read(Storage storage, int offset, int[] values, int to, int length) {
      copies++;
      backend.memory().read(storage, offset, values, to, length);
    }

    @Override
    public void close() {
      backend.close();
    }
  }
}

package dev.recurrent.cuda.jcuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;

/** Turns addresses into JCuda's pointers and back. */
final class Addresses {
  private Addresses() {}

  /** A pointer to any memory. */
  static final class At extends Pointer {
    At(long address) {
      super(address);
    }
  }

  /** Receives the address of an allocation of host memory. */
  static final class Host extends Pointer {
    long address() {
      return getNativePointer();
    }
  }

  /** Receives the address of an allocation of device memory. */
  static final class Device extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }

  /** Receives a stream. */
  static final class Stream extends CUstream {
    long address() {
      return getNativePointer();
    }
  }

  static CUdeviceptr device(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }
}

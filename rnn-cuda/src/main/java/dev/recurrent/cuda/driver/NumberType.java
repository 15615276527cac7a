package dev.recurrent.cuda.driver;

import dev.recurrent.spi.Precision;

/** Says how a number is stored on the device. */
public enum NumberType {
  /** 4 bytes, IEEE 754. */
  FLOAT32(4),
  /** 2 bytes: the upper half of a FLOAT32. */
  BFLOAT16(2),
  /** 2 bytes, IEEE 754. */
  FLOAT16(2);

  private final int bytes;

  NumberType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the type in which factors are stored. */
  public static NumberType ofFactors(Precision precision) {
    return switch (precision) {
      case FP32, TF32 -> FLOAT32;
      case BF16 -> BFLOAT16;
      case FP16 -> FLOAT16;
    };
  }

  /** Returns the bytes of a number. */
  public int bytes() {
    return bytes;
  }

  /** Returns the name of the type in kernels. */
  public String kernelName() {
    return switch (this) {
      case FLOAT32 -> "float";
      case BFLOAT16 -> "bfloat16";
      case FLOAT16 -> "float16";
    };
  }

  /**
   * Returns the distance between rows of such a width. Rows of 2-byte numbers begin at multiples of
   * 16 bytes, which cuBLAS wants for its fast kernels.
   */
  public int stride(int width) {
    return this == FLOAT32 ? width : (width + 7) / 8 * 8;
  }
}

package dev.recurrent.spi;

/** Names the types of elements that a backend stores. */
public enum DataType {
  /** IEEE 754 binary32. */
  FLOAT32,
  /** Two's complement, 32 bits. */
  INT32
}

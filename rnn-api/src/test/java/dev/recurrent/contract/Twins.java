package dev.recurrent.contract;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * Makes pairs of equal matrices, one on the tested backend and one on the reference. What lies
 * around a matrix is filled with numbers too, and compared: nothing may be written there.
 */
final class Twins implements AutoCloseable {
  /** Says how a matrix lies in its storage. */
  enum Lie {
    /** From element 0 on, without gaps. */
    DENSE,
    /** With an odd offset and gaps between the rows. */
    VIEW
  }

  /** A pair of equal matrices. */
  record Twin(Matrix tested, Matrix expected) {
    Twin transposed() {
      return new Twin(tested.transposed(), expected.transposed());
    }
  }

  private final Backend backend;
  private final Backend reference;
  private final SplittableRandom random;
  private final List<Matrix> matrices = new ArrayList<>();

  Twins(ContractSubject subject, long seed) {
    this.backend = subject.backend();
    this.reference = subject.reference();
    this.random = new SplittableRandom(seed);
  }

  /** Returns numbers in [-1, 1). */
  Twin random(int rows, int columns, Lie lie) {
    return filled(rows, columns, lie, i -> 2 * random.nextDouble() - 1);
  }

  /** Returns the given numbers, repeated where they do not suffice. */
  Twin of(int rows, int columns, Lie lie, float... numbers) {
    return filled(rows, columns, lie, i -> numbers[i % numbers.length]);
  }

  private Twin filled(int rows, int columns, Lie lie, IntToDoubleFunction numbers) {
    int offset = lie == Lie.DENSE ? 0 : 3;
    int stride = lie == Lie.DENSE ? columns : columns + 5;
    var values = new float[offset + rows * stride];
    for (int i = 0; i < values.length; i++) {
      values[i] = -77 - i; // around the matrix
    }
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        values[offset + r * stride + c] = (float) numbers.applyAsDouble(r * columns + c);
      }
    }
    return new Twin(
        place(backend, values, offset, rows, columns, stride),
        place(reference, values, offset, rows, columns, stride));
  }

  private Matrix place(
      Backend owner, float[] values, int offset, int rows, int columns, int stride) {
    var storage = owner.memory().allocate(DataType.FLOAT32, values.length);
    owner.memory().write(storage, 0, values, 0, values.length);
    return keep(new Matrix(storage, offset, rows, columns, stride, Matrix.Order.NORMAL));
  }

  /** Returns a column of ints. */
  Twin ints(int... values) {
    return new Twin(place(backend, values), place(reference, values));
  }

  private Matrix place(Backend owner, int[] values) {
    var storage = owner.memory().allocate(DataType.INT32, values.length);
    owner.memory().write(storage, 0, values, 0, values.length);
    return keep(Matrix.of(storage, values.length, 1));
  }

  private Matrix keep(Matrix matrix) {
    matrices.add(matrix);
    return matrix;
  }

  /** Asserts that the storage of both is equal. */
  void assertClose(Twin twin, double tolerance, String name) {
    Tolerance.assertClose(
        all(reference, twin.expected), all(backend, twin.tested), tolerance, name);
  }

  /** Asserts that the storage of both is the same to the bit. */
  void assertSame(Twin twin, String name) {
    Tolerance.assertSameBits(all(reference, twin.expected), all(backend, twin.tested), name);
  }

  float[] tested(Twin twin) {
    return all(backend, twin.tested);
  }

  private static float[] all(Backend owner, Matrix matrix) {
    var values = new float[matrix.storage().size()];
    owner.memory().read(matrix.storage(), 0, values, 0, values.length);
    return values;
  }

  @Override
  public void close() {
    matrices.forEach(matrix -> matrix.storage().close());
  }
}

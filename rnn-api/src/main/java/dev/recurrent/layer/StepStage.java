package dev.recurrent.layer;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer's part of a {@link Stepper}, whose input, output and states it holds in the backend's
 * memory. Used by one thread at a time.
 */
abstract class StepStage implements AutoCloseable {
  private final Layer layer;
  private final int inputSize;
  private final Matrix input; // FLOAT32 [1, inputSize], or INT32 [1, 1] for a token
  private final List<Storage> storages = new ArrayList<>();

  /** Creates a stage. With {@code INT32} it takes a token out of {@code inputSize}. */
  StepStage(Layer layer, DataType inputType, int inputSize) {
    this.layer = layer;
    this.inputSize = inputSize;
    input = allocate(inputType, inputType == DataType.INT32 ? 1 : inputSize);
  }

  Layer layer() {
    return layer;
  }

  /** Returns the number of features, or of tokens to choose from. */
  int inputSize() {
    return inputSize;
  }

  boolean takesTokens() {
    return input.storage().type() == DataType.INT32;
  }

  /** Returns where a step's input is put. */
  Matrix input() {
    return input;
  }

  /** Returns where a step's output is, {@code [1, O]}. */
  abstract Matrix output();

  /**
   * Computes the output of a step and its next states.
   *
   * @param version of the parameters
   */
  abstract void run(long version);

  /** Goes on to the next states, which were computed from parameters that nobody changed. */
  void commit() {}

  /** Describes the states; none by default. */
  List<StateLayout.Entry> states() {
    return List.of();
  }

  /** Returns the values of a state, {@code [1, S]}, which the next step starts from. */
  Matrix state(int index) {
    throw new IndexOutOfBoundsException(index);
  }

  /** Makes a stage of the same layer at zero states. */
  abstract StepStage another();

  /** Allocates a row of zeros that is freed with the stage. */
  final Matrix allocate(DataType type, int size) {
    var storage = layer.backend().memory().allocate(type, size);
    storages.add(storage);
    return Matrix.of(storage, 1, size);
  }

  @Override
  public void close() {
    storages.forEach(Storage::close);
  }
}

package dev.recurrent.train;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.Storage;
import dev.recurrent.tape.ParameterStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies an {@link Optimizer} to the parameters of one model: owns its moments and counts its
 * steps. Made by {@link Optimizer#on}. A step is one kernel over all parameters; where some are
 * frozen, one for each run of neighbours between them.
 */
public final class Updater implements AutoCloseable {
  private final Optimizer optimizer;
  private final ParameterStore store;
  private final PointwiseKernel kernel;
  private final List<UpdateEquations.StepFunction> scalarFunctions;
  private final Map<String, Storage> moments = new LinkedHashMap<>();
  private final List<Operands> operands; // one for each range of parameters
  private final float[] scalars;
  private long steps;

  private record Operands(List<Matrix> inputs, List<Matrix> outputs) {}

  Updater(Optimizer optimizer, ParameterStore store) {
    this(optimizer, store, store.ranges(_ -> true));
  }

  /** Updates only the given ranges of the parameters; the others keep values and moments. */
  Updater(Optimizer optimizer, ParameterStore store, List<ParameterStore.Range> ranges) {
    this.optimizer = optimizer;
    this.store = store;
    var compiled = UpdateEquations.of(optimizer);
    var backend = store.backend();
    kernel = backend.compile(compiled.program());
    scalarFunctions = compiled.scalars();
    scalars = new float[scalarFunctions.size()];
    var in = new ArrayList<>(List.of(store.values(), store.gradients()));
    var out = new ArrayList<>(List.of(store.values()));
    int size = store.values().columns();
    compiled
        .initialMoments()
        .forEach(
            (name, initial) -> {
              var storage = backend.memory().allocate(DataType.FLOAT32, size);
              var matrix = Matrix.of(storage, 1, size);
              if (initial != 0) {
                backend.ops().fill(matrix, initial.floatValue());
              }
              moments.put(name, storage);
              in.add(matrix);
              out.add(matrix);
            });
    operands =
        ranges.stream()
            .map(
                range ->
                    new Operands(
                        in.stream().map(range::of).toList(), out.stream().map(range::of).toList()))
            .toList();
  }

  /** Returns the optimizer whose equations are applied. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** Returns the number of steps taken. */
  public long steps() {
    return steps;
  }

  /** Updates all parameters from their gradients at the optimizer's own learning rate. */
  public void step() {
    step(optimizer.learningRate());
  }

  /** Updates all parameters from their gradients, which stay as they are. */
  public void step(double learningRate) {
    steps++;
    for (int i = 0; i < scalars.length; i++) {
      scalars[i] = (float) scalarFunctions.get(i).at(steps, learningRate);
    }
    for (var range : operands) {
      kernel.run(range.inputs(), scalars, range.outputs());
    }
    store.changed();
  }

  /** Copies the moments to the host by name. */
  public Map<String, float[]> save() {
    var saved = new LinkedHashMap<String, float[]>();
    moments.forEach(
        (name, storage) -> {
          var values = new float[storage.size()];
          store.backend().memory().read(storage, 0, values, 0, values.length);
          saved.put(name, values);
        });
    return saved;
  }

  /**
   * Takes over moments that {@link #save} gave, and the number of steps.
   *
   * @throws IllegalArgumentException if a moment is missing or of another size
   */
  public void restore(Map<String, float[]> saved, long stepsTaken) {
    moments.forEach(
        (name, storage) -> {
          var values = saved.get(name);
          if (values == null || values.length != storage.size()) {
            throw new IllegalArgumentException(
                "moment "
                    + name
                    + " of "
                    + optimizer.name()
                    + ": expected "
                    + storage.size()
                    + " values, got "
                    + (values == null ? "none" : values.length));
          }
        });
    moments.forEach(
        (name, storage) -> {
          var values = java.util.Objects.requireNonNull(saved.get(name));
          store.backend().memory().write(storage, 0, values, 0, values.length);
        });
    steps = stepsTaken;
  }

  /** Frees the moments. */
  @Override
  public void close() {
    kernel.close();
    moments.values().forEach(Storage::close);
  }
}

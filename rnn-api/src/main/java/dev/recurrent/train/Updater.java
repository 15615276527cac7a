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
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Applies an {@link Optimizer} to the parameters of one model, or of one layer of it: owns its
 * moments and counts its steps. Made by {@link Optimizer#on}. A step is one kernel over all
 * parameters; where some are left out or in a {@link ParameterGroup}, one for each run of
 * neighbours. Used by one thread at a time, the one that trains the model.
 */
public final class Updater implements AutoCloseable {
  private final Optimizer optimizer;
  private final ParameterStore store;
  private final List<RunningPart> parts = new ArrayList<>();
  private final Map<String, Storage> moments = new LinkedHashMap<>();
  private long steps;
  private boolean closed;

  /**
   * Says which ranges of the parameters an optimizer updates.
   *
   * @param learningRate of these parameters alone, or null for that of all others
   */
  record Part(
      Optimizer optimizer, @Nullable Double learningRate, List<ParameterStore.Range> ranges) {}

  private record RunningPart(
      PointwiseKernel kernel,
      List<UpdateEquations.StepFunction> scalarFunctions,
      @Nullable Double learningRate,
      List<Operands> operands) {} // one for each range

  private record Operands(List<Matrix> inputs, List<Matrix> outputs) {}

  Updater(Optimizer optimizer, ParameterStore store) {
    this(optimizer, store, List.of(new Part(optimizer, null, store.ranges(_ -> true))));
  }

  /**
   * Updates the parameters of each part by a variant of the optimizer, all of the same moments; the
   * others keep values and moments.
   */
  Updater(Optimizer optimizer, ParameterStore store, List<Part> parts) {
    this.optimizer = optimizer;
    this.store = store;
    for (var part : parts) {
      var compiled = UpdateEquations.of(part.optimizer());
      var in = new ArrayList<>(List.of(store.values(), store.gradients()));
      var out = new ArrayList<>(List.of(store.values()));
      compiled
          .initialMoments()
          .forEach(
              (name, initial) -> {
                var moment = moment(name, initial.floatValue());
                in.add(moment);
                out.add(moment);
              });
      var operands =
          part.ranges().stream()
              .map(
                  range ->
                      new Operands(
                          in.stream().map(range::of).toList(),
                          out.stream().map(range::of).toList()))
              .toList();
      var kernel = store.backend().compile(compiled.program());
      this.parts.add(new RunningPart(kernel, compiled.scalars(), part.learningRate(), operands));
    }
  }

  /** Returns a row of moments, which is allocated when it is first asked for. */
  private Matrix moment(String name, float initial) {
    int size = store.values().columns();
    var known = moments.get(name);
    if (known != null) {
      return Matrix.of(known, 1, size);
    }
    var storage = store.backend().memory().allocate(DataType.FLOAT32, size);
    var matrix = Matrix.of(storage, 1, size);
    if (initial != 0) {
      store.backend().ops().fill(matrix, initial);
    }
    moments.put(name, storage);
    return matrix;
  }

  /** Returns the optimizer whose equations are applied. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** Returns the number of steps taken. */
  public long steps() {
    return steps;
  }

  /**
   * Updates the parameters from their gradients at the optimizer's own learning rate, and those of
   * a group at the group's. The gradients stay as they are: clear them before the next backward
   * pass ({@link dev.recurrent.layer.Layer#clearGradients()}).
   */
  public void step() {
    step(optimizer.learningRate(), own -> own);
  }

  /**
   * Updates the parameters from their gradients, which stay as they are. A group with a learning
   * rate of its own is updated at that rate, changed in the same proportion as the optimizer's.
   *
   * @throws IllegalStateException if there is such a group and the optimizer's own rate is 0, after
   *     {@link #close}, or if another thread trains the model
   */
  public void step(double learningRate) {
    double base = optimizer.learningRate();
    if (base == 0 && parts.stream().anyMatch(part -> part.learningRate() != null)) {
      throw new IllegalStateException(
          "step: expected an optimizer whose learning rate is above 0, of which a group's rate is a"
              + " multiple, got 0");
    }
    step(learningRate, own -> own * (learningRate / base));
  }

  /** Updates the parameters, those of a group at what becomes of the group's own learning rate. */
  void step(double learningRate, DoubleUnaryOperator ofGroup) {
    if (closed) {
      throw new IllegalStateException(
          "updater: expected an open one, got a closed one; make another with optimizer.on(model)");
    }
    store.change(() -> update(learningRate, ofGroup));
  }

  private void update(double learningRate, DoubleUnaryOperator ofGroup) {
    steps++;
    for (var part : parts) {
      var own = part.learningRate();
      double rate = own == null ? learningRate : ofGroup.applyAsDouble(own);
      var scalars = new float[part.scalarFunctions().size()];
      for (int i = 0; i < scalars.length; i++) {
        scalars[i] = (float) part.scalarFunctions().get(i).at(steps, rate);
      }
      for (var range : part.operands()) {
        part.kernel().run(range.inputs(), scalars, range.outputs());
      }
    }
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
    closed = true;
    parts.forEach(part -> part.kernel().close());
    moments.values().forEach(Storage::close);
  }
}

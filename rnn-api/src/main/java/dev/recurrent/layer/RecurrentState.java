package dev.recurrent.layer;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries the states of recurrent layers from one window of a batch of sequences to the next, cut
 * from the gradient: what truncated back-propagation through time needs, and what generation goes
 * on from. One object holds the states of all recurrent layers of a model; a layer finds its own,
 * zeros at first. Rows are in the caller's order. The caller closes it.
 *
 * <p>Used by one thread at a time; each thread has states of its own, over the same layers.
 */
public final class RecurrentState implements AutoCloseable {
  private final IdentityHashMap<Recurrent, List<Storage>> states = new IdentityHashMap<>();
  private final Map<String, float[]> toRestore = new LinkedHashMap<>();
  private final List<Recurrent> order = new ArrayList<>();
  private int batch = -1;

  /** Creates a state that is zero for every layer and sequence. */
  public RecurrentState() {}

  /** Returns the number of sequences, or -1 before the first use. */
  public int batch() {
    return batch;
  }

  /** Sets all states of all sequences to zero. */
  public void reset() {
    toRestore.clear();
    states.forEach(
        (layer, storages) ->
            storages.forEach(s -> layer.backend().ops().fill(Matrix.of(s, 1, s.size()), 0)));
  }

  /** Sets all states of the given sequences, in the caller's order, to zero. */
  public void reset(int... sequences) {
    states.forEach(
        (layer, storages) -> {
          var sizes = layer.stateSizes();
          for (int i = 0; i < sizes.size(); i++) {
            var matrix = Matrix.of(storages.get(i), batch, sizes.get(i));
            for (int sequence : sequences) {
              layer.backend().ops().fill(matrix.rows(sequence, 1), 0);
            }
          }
        });
  }

  /** Takes over the values of another state; both then go on independently. */
  public void copyFrom(RecurrentState other) {
    restore(Map.copyOf(other.toRestore));
    batch = other.batch;
    for (var layer : other.order) {
      var sizes = layer.stateSizes();
      var from = java.util.Objects.requireNonNull(other.states.get(layer));
      var to = storages(layer, other.batch);
      for (int i = 0; i < sizes.size(); i++) {
        var source = Matrix.of(from.get(i), other.batch, sizes.get(i));
        layer.backend().ops().copy(source, Matrix.of(to.get(i), other.batch, sizes.get(i)));
      }
    }
  }

  /** Copies all values to the host, by names such as {@code lstm.h_l0}, {@code [B, S]} each. */
  public Map<String, float[]> save() {
    var saved = new LinkedHashMap<String, float[]>(toRestore);
    for (var layer : order) {
      var sizes = layer.stateSizes();
      var names = layer.stateNames();
      var storages = java.util.Objects.requireNonNull(states.get(layer));
      for (int i = 0; i < sizes.size(); i++) {
        var values = new float[batch * sizes.get(i)];
        layer.backend().memory().read(storages.get(i), 0, values, 0, values.length);
        saved.put(Layer.join(layer.path(), names.get(i)), values);
      }
    }
    return saved;
  }

  /** Takes over values that {@link #save} gave, perhaps in another process. */
  public void restore(Map<String, float[]> saved) {
    forget();
    toRestore.putAll(saved);
  }

  /**
   * Joins the states of streams to those of a batch, stream i as its sequence i: to run many
   * streams at once, in any company. The values are copied.
   *
   * @throws IllegalArgumentException if there is no stream, or one is of another model
   */
  public static RecurrentState ofStreams(Layer model, List<StepperState> streams) {
    if (streams.isEmpty()) {
      throw new IllegalArgumentException("streams: expected at least one, got none");
    }
    var state = new RecurrentState();
    state.batch = streams.size();
    var names = streams.getFirst().sizes().keySet();
    model.forEachLayer(
        layer -> {
          if (layer instanceof Recurrent recurrent
              && recurrent.stateEntries().stream().allMatch(e -> names.contains(e.name()))) {
            state.storages(recurrent, streams.size());
          }
        });
    try {
      for (int i = 0; i < streams.size(); i++) {
        state.setStream(i, streams.get(i));
      }
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
    return state;
  }

  /**
   * Copies the states of each sequence: what a {@link Stepper} or {@link #ofStreams} goes on from.
   */
  public List<StepperState> toStreams() {
    var streams = new ArrayList<StepperState>();
    var layout = layout();
    for (int i = 0; i < batch; i++) {
      var stream = new StepperState(layout);
      for (int s = 0; s < layout.entries().size(); s++) {
        var row = row(layout.entries().get(s).name(), i);
        memory().read(row.storage(), row.offset(), stream.values(s), 0, row.columns());
      }
      streams.add(stream);
    }
    return streams;
  }

  private void setStream(int sequence, StepperState stream) {
    layout().requireSame(stream.layout());
    for (int s = 0; s < stream.layout().entries().size(); s++) {
      var row = row(stream.layout().entries().get(s).name(), sequence);
      memory().write(row.storage(), row.offset(), stream.values(s), 0, row.columns());
    }
  }

  private Memory memory() {
    return order.getFirst().backend().memory();
  }

  /** Describes the states that layers have used so far. */
  StateLayout layout() {
    return new StateLayout(order.stream().flatMap(l -> l.stateEntries().stream()).toList());
  }

  /** Views the values of one state of a sequence, {@code [1, S]}. */
  Matrix row(String name, int sequence) {
    for (var layer : order) {
      var entries = layer.stateEntries();
      for (int i = 0; i < entries.size(); i++) {
        if (entries.get(i).name().equals(name)) {
          var storage = java.util.Objects.requireNonNull(states.get(layer)).get(i);
          return Matrix.of(storage, batch, entries.get(i).size()).rows(sequence, 1);
        }
      }
    }
    throw new IllegalArgumentException("state: expected one of " + layout() + ", got " + name);
  }

  /** Copies the states of a layer to tensors of a pass. */
  List<Tensor> read(Tape tape, Recurrent layer, int sequences) {
    var sizes = layer.stateSizes();
    var storages = storages(layer, sequences);
    var tensors = new ArrayList<Tensor>();
    for (int i = 0; i < sizes.size(); i++) {
      var tensor = tape.tensor(sequences, sizes.get(i), null);
      tape.ops().copy(Matrix.of(storages.get(i), sequences, sizes.get(i)), tensor.value());
      tensors.add(tensor);
    }
    return tensors;
  }

  void write(Tape tape, Recurrent layer, List<Tensor> finals) {
    var storages = storages(layer, finals.getFirst().rows());
    for (int i = 0; i < finals.size(); i++) {
      var value = finals.get(i).value();
      tape.ops().copy(value, Matrix.of(storages.get(i), value.rows(), value.columns()));
    }
  }

  private List<Storage> storages(Recurrent layer, int sequences) {
    if (batch < 0) {
      batch = sequences;
    }
    if (batch != sequences) {
      throw new IllegalArgumentException(
          "state: expected the same " + batch + " sequences as before, got " + sequences);
    }
    return states.computeIfAbsent(
        layer,
        _ -> {
          order.add(layer);
          return allocate(layer);
        });
  }

  private List<Storage> allocate(Recurrent layer) {
    var memory = layer.backend().memory();
    var sizes = layer.stateSizes();
    var names = layer.stateNames();
    var storages = new ArrayList<Storage>();
    for (int i = 0; i < sizes.size(); i++) {
      int size = batch * sizes.get(i);
      var storage = memory.allocate(DataType.FLOAT32, Math.max(1, size));
      storages.add(storage);
      var values = toRestore.remove(Layer.join(layer.path(), names.get(i)));
      if (values != null) {
        if (values.length != size) {
          throw new IllegalArgumentException(
              "state "
                  + names.get(i)
                  + ": expected [batch="
                  + batch
                  + ", size="
                  + sizes.get(i)
                  + "], got "
                  + values.length
                  + " values");
        }
        memory.write(storage, 0, values, 0, size);
      }
    }
    return storages;
  }

  /** Frees the states; the object is as new, for any number of sequences. */
  public void forget() {
    states.values().forEach(storages -> storages.forEach(Storage::close));
    states.clear();
    order.clear();
    toRestore.clear();
    batch = -1;
  }

  /** Frees the states. */
  @Override
  public void close() {
    forget();
  }
}

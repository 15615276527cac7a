package dev.recurrent.layer;

import dev.recurrent.cell.MaskScope;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Runs a {@link Recurrent} once on a tape: each layer is one operation, whatever its length. */
final class RecurrentPass {
  private final Recurrent layer;
  private final Tape tape;
  private final SequenceLayout layout;

  RecurrentPass(Recurrent layer, Tape tape, SequenceLayout layout) {
    this.layer = layer;
    this.tape = tape;
    this.layout = layout;
  }

  RecurrentResult run(Tensor x, List<Tensor> initial) {
    requireFitting(initial);
    var sortedInitial = initial.stream().map(this::sorted).toList();
    var finals = new ArrayList<Tensor>();
    var output = x;
    int directions = layer.directions().size();
    int state = 0;
    for (int l = 0; l < layer.layerCount(); l++) {
      if (l > 0) {
        output = Dropout.apply(tape, output, layer.dropoutRate(), MaskScope.STEP);
      }
      output = Dropout.apply(tape, output, layer.inputDropoutRate(), MaskScope.SEQUENCE);
      var units = layer.units().subList(l * directions, (l + 1) * directions);
      int states = units.stream().mapToInt(unit -> unit.program().states().size()).sum();
      var itsInitial =
          initial.isEmpty() ? List.<Tensor>of() : sortedInitial.subList(state, state + states);
      output =
          tape.observer() == null
              ? runLayer(units, output, itsInitial, finals)
              : new SteppedLayer(tape, layout, layer.path()).run(units, output, itsInitial, finals);
      state += states;
    }
    return new RecurrentResult(layer, output, finals.stream().map(this::inCallersOrder).toList());
  }

  private Tensor runLayer(
      List<RecurrentUnit> units, Tensor x, List<Tensor> initial, List<Tensor> finals) {
    int columns = units.getFirst().program().outputSize();
    var output = tape.tensor(x.rows(), columns * units.size(), layout);
    var runs = new ArrayList<UnitRun>();
    int state = 0;
    for (int d = 0; d < units.size(); d++) {
      var unit = units.get(d);
      int states = unit.program().states().size();
      var its = initial.isEmpty() ? List.<Tensor>of() : initial.subList(state, state + states);
      var run = new UnitRun(tape, layout, unit, x, its);
      run.forward(output.value().columns(d * columns, columns));
      state += states;
      runs.add(run);
      finals.addAll(run.finals());
    }
    var outputs = new ArrayList<Tensor>(List.of(output));
    var inputs = new ArrayList<Tensor>(List.of(x));
    inputs.addAll(initial);
    for (var run : runs) {
      outputs.addAll(run.finals());
      run.unit().parameters().forEach(parameter -> inputs.add(tape.of(parameter)));
    }
    tape.record(
        outputs,
        inputs,
        () -> {
          for (int d = 0; d < runs.size(); d++) {
            runs.get(d).backward(output.gradientOrZeros().columns(d * columns, columns));
          }
        });
    return output;
  }

  private Tensor sorted(Tensor state) {
    return layout.isSorted()
        ? state
        : state.gatherRows(layout.order().stream().mapToInt(Integer::intValue).toArray());
  }

  private Tensor inCallersOrder(Tensor state) {
    if (layout.isSorted()) {
      return state;
    }
    var position = new int[layout.batch()];
    for (int i = 0; i < position.length; i++) {
      position[layout.originalIndex(i)] = i;
    }
    return state.gatherRows(position);
  }

  private void requireFitting(List<Tensor> initial) {
    if (initial.isEmpty()) {
      return;
    }
    var sizes = layer.stateSizes();
    var names = layer.stateNames();
    if (initial.size() != sizes.size()) {
      throw new IllegalArgumentException(
          layer.describe() + ": expected initial states " + names + ", got " + initial.size());
    }
    for (int i = 0; i < sizes.size(); i++) {
      var got = initial.get(i);
      if (got.rows() != layout.batch() || got.columns() != sizes.get(i)) {
        throw new IllegalArgumentException(
            layer.describe()
                + " initial "
                + names.get(i)
                + ": expected [batch="
                + layout.batch()
                + ", size="
                + sizes.get(i)
                + "], got "
                + got.value().shape());
      }
    }
  }
}

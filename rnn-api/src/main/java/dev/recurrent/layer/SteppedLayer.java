package dev.recurrent.layer;

import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs one layer of a {@link Recurrent} step by step, so that the gradient of every state can be
 * looked at. The numbers are those of a whole run.
 */
final class SteppedLayer {
  private final Tape tape;
  private final SequenceLayout layout;
  private final String path;

  SteppedLayer(Tape tape, SequenceLayout layout, String path) {
    this.tape = tape;
    this.layout = layout;
    this.path = path;
  }

  Tensor run(List<RecurrentUnit> units, Tensor x, List<Tensor> initial, List<Tensor> finals) {
    Tensor output = null;
    int state = 0;
    for (var unit : units) {
      int states = unit.program().states().size();
      var its = initial.isEmpty() ? zeros(unit) : initial.subList(state, state + states);
      var ofUnit = runUnit(unit, x, its, finals);
      output = output == null ? ofUnit : output.joinColumns(ofUnit);
      state += states;
    }
    return java.util.Objects.requireNonNull(output);
  }

  private Tensor runUnit(RecurrentUnit unit, Tensor x, List<Tensor> initial, List<Tensor> finals) {
    var states = initial;
    var outputs = new Tensor[layout.steps()];
    boolean reverse = unit.direction() == Direction.REVERSE;
    for (int i = 0; i < layout.steps(); i++) {
      int t = reverse ? layout.steps() - 1 - i : i;
      int running = layout.batchSize(t);
      var next =
          step(
              unit,
              x.sliceRows(layout.rowStart(t), running),
              states.stream().map(s -> s.sliceRows(0, running)).toList());
      outputs[t] = next.get(unit.program().output());
      show(unit, t, next);
      var joined = new ArrayList<Tensor>();
      for (int s = 0; s < next.size(); s++) {
        var before = states.get(s);
        joined.add(next.get(s).joinRows(before.sliceRows(running, before.rows() - running)));
      }
      states = joined;
    }
    finals.addAll(states);
    return joinSteps(unit, outputs);
  }

  private List<Tensor> step(RecurrentUnit unit, Tensor x, List<Tensor> states) {
    var run = new UnitRun(tape, SequenceLayout.uniform(1, x.rows()), unit, x, states);
    var output = tape.temporary(x.rows(), unit.program().outputSize());
    tape.closeAtReset(() -> tape.release(output));
    run.forward(output);
    var inputs = new ArrayList<>(states);
    inputs.add(x);
    unit.parameters().forEach(parameter -> inputs.add(tape.of(parameter)));
    tape.record(
        run.finals(),
        inputs,
        () -> {
          // The output is one of the states, through which its gradient comes.
          var none = tape.temporary(output.rows(), output.columns());
          tape.ops().fill(none, 0);
          run.backward(none);
          tape.release(none);
        });
    return run.finals();
  }

  private void show(RecurrentUnit unit, int t, List<Tensor> states) {
    var observer = java.util.Objects.requireNonNull(tape.observer());
    for (int s = 0; s < states.size(); s++) {
      String name = unit.program().states().get(s).name() + unit.suffix();
      observer.stepped(Layer.join(path, name), t, states.get(s).retainGradient());
    }
  }

  private Tensor joinSteps(RecurrentUnit unit, Tensor[] outputs) {
    Tensor all = tape.tensor(0, unit.program().outputSize(), null);
    for (var output : outputs) {
      all = all.joinRows(output);
    }
    return all.withLayout(layout);
  }

  private List<Tensor> zeros(RecurrentUnit unit) {
    return unit.program().states().stream()
        .map(
            state ->
                tape.constant(
                    new float[layout.batch() * state.size()], layout.batch(), state.size()))
        .toList();
  }
}

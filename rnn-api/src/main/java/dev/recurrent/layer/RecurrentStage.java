package dev.recurrent.layer;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps cells of one direction, one on the other. States alternate between two sets of matrices;
 * both calls of each cell are made once, so that a step only runs them.
 */
final class RecurrentStage extends StepStage {
  private static final SequenceLayout ONE_STEP = SequenceLayout.uniform(1, 1);

  private final Cells cells;
  private final ForwardCall[][] calls; // [2][units]
  private final List<List<Matrix>> states; // [2][states of all units]
  private final Matrix output;
  private int phase;
  private long version; // of the parameters, in the calls

  /**
   * What is stepped.
   *
   * @param layer the layer to which the units belong
   * @param units one on the other
   * @param states describes the states of all units in their order, or is empty where they are
   *     outputs only
   */
  record Cells(Layer layer, List<RecurrentUnit> units, List<StateLayout.Entry> states) {}

  RecurrentStage(Cells cells) {
    super(cells.layer(), DataType.FLOAT32, cells.units().getFirst().program().sizes().input());
    this.cells = cells;
    version = cells.layer().store().version();
    var units = cells.units();
    states = List.of(new ArrayList<>(), new ArrayList<>());
    calls = new ForwardCall[2][units.size()];
    var from = input();
    for (int u = 0; u < units.size(); u++) {
      var unit = units.get(u);
      var to = allocate(DataType.FLOAT32, unit.program().outputSize());
      var its = List.of(statesOf(unit), statesOf(unit));
      for (int p = 0; p < 2; p++) {
        states.get(p).addAll(its.get(p));
        calls[p][u] =
            new ForwardCall(
                ONE_STEP,
                unit.direction(),
                Mode.INFERENCE,
                0,
                from,
                its.get(p),
                unit.values(),
                version,
                to,
                its.get(1 - p));
      }
      from = to;
    }
    output = from;
  }

  private List<Matrix> statesOf(RecurrentUnit unit) {
    return unit.program().states().stream()
        .map(state -> allocate(DataType.FLOAT32, state.size()))
        .toList();
  }

  @Override
  void run(long newVersion) {
    if (version != newVersion) {
      useVersion(newVersion);
    }
    for (int u = 0; u < calls[phase].length; u++) {
      cells.units().get(u).kernel().forward(calls[phase][u]).close();
    }
  }

  private void useVersion(long newVersion) {
    for (var ofPhase : calls) {
      for (int u = 0; u < ofPhase.length; u++) {
        ofPhase[u] = ofPhase[u].withVersion(newVersion);
      }
    }
    version = newVersion;
  }

  @Override
  void commit() {
    phase = 1 - phase;
  }

  @Override
  Matrix output() {
    return output;
  }

  @Override
  List<StateLayout.Entry> states() {
    return cells.states();
  }

  @Override
  Matrix state(int index) {
    return states.get(phase).get(index);
  }

  @Override
  RecurrentStage another() {
    return new RecurrentStage(cells);
  }
}

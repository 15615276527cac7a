package dev.recurrent.cpu;

import dev.recurrent.cpu.Operand.Place;
import dev.recurrent.cpu.PassCode.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Runs one compiled pass on a worker's rows and units.
 *
 * @param pass the loop
 * @param code what it was compiled from
 * @param slots where its operands are
 * @param units how the columns of its values are cut
 */
record PassPlan(Pass pass, PassCode code, Slot[] slots, Units units) {

  /**
   * Where an operand of the pass is.
   *
   * @param place in memory, or null for a value that lives only between passes
   * @param temporary the index of such a value
   */
  record Slot(@Nullable Place place, int temporary) {}

  /** Says for how many rows the pass is about to run; returns whether C2 may be waited for. */
  boolean expect(long rows) {
    return pass.expect(rows * Lanes.vectors(units.width()) * code.operations());
  }

  /** Waits until C2 has compiled the pass, if the expected rows are worth it. */
  void await() {
    pass.await();
  }

  /**
   * Runs the pass for {@code rows} rows from {@code row} on, columns {@code from} to {@code to}.
   */
  void run(StepContext at, int row, int rows, int from, int to) {
    var arrays = at.arrays();
    var offsets = at.offsets();
    var strides = at.strides();
    var bindings = at.bindings();
    int columns = to - from;
    for (int k = 0; k < slots.length; k++) {
      var place = slots[k].place();
      if (place == null) {
        arrays[k] = at.temporaries();
        strides[k] = columns;
        offsets[k] = slots[k].temporary() * StepContext.TILE;
      } else {
        var operand = place.operand();
        arrays[k] = bindings.array(operand);
        strides[k] = bindings.rowStep(operand);
        offsets[k] = at.offset(operand, row) + place.column();
        if (place.shape() == Shape.FULL) {
          offsets[k] += from;
        }
      }
    }
    pass.run(arrays, offsets, strides, rows, columns);
  }
}

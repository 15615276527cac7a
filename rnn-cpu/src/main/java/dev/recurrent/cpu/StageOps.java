package dev.recurrent.cpu;

import dev.recurrent.cpu.Operand.Place;
import java.util.List;

/** Holds what one stage of a step does, in this order. */
record StageOps(
    List<ProductOp> products, List<RowSumOp> rowSums, List<PassPlan> passes, List<PadOp> pads) {

  /** Says what a product does with what its result's columns hold before. */
  enum Start {
    /** It is lost. */
    OVERWRITE,
    /** It is added to. */
    ACCUMULATE
  }

  /**
   * Multiplies rows by a weight.
   *
   * @param weight the index of the packed weight
   * @param left the rows
   * @param target where the results go; the packed weight knows the columns
   * @param cleared columns of the target that are set to 0 before
   * @param units how the result's units are cut
   */
  record ProductOp(
      int weight, Place left, Operand target, Start start, List<Integer> cleared, Units units) {}

  /** Sums rows: {@code width} columns from {@code from} on. */
  record RowSumOp(Place from, int width, Place to) {}

  /**
   * Sets {@code count} columns beside the last unit to 0; done by the worker that owns that unit.
   */
  record PadOp(Operand operand, int column, int count, Units units) {}

  StageOps {
    products = List.copyOf(products);
    rowSums = List.copyOf(rowSums);
    passes = List.copyOf(passes);
    pads = List.copyOf(pads);
  }
}

package dev.recurrent.spi;

import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.MaskScope;

/** Says which seed a cell's keep-mask is drawn from, so that all kernels agree. */
public final class Masks {
  private Masks() {}

  /**
   * Returns the seed of a mask at a step; rows are keyed by the caller's index of the sequence.
   *
   * @param step the step in the sequence's own time, whatever the direction
   */
  public static long seed(long callSeed, Instruction.Mask mask, int step) {
    long ofMask = RandomBits.mix(callSeed, mask.index());
    return mask.scope() == MaskScope.SEQUENCE ? ofMask : RandomBits.mix(ofMask, step);
  }
}

package dev.recurrent.cpu;

import java.util.Arrays;

/** Rehearses a pass on one row of a few vectors; a call without rows returns at once. */
final class PassRehearsal implements Rehearsal.Code {
  private static final int VECTORS = 4;

  private final Pass pass;
  private final float[][] arrays;
  private final int[] offsets;
  private final int[] strides;
  private final long operations;

  PassRehearsal(Pass pass, PassCode code) {
    this.pass = pass;
    int operands = code.operands();
    arrays = new float[operands][VECTORS * Lanes.COUNT];
    offsets = new int[operands];
    strides = new int[operands];
    operations = (long) VECTORS * code.operations();
    for (var array : arrays) {
      Arrays.fill(array, 0.5f);
    }
  }

  @Override
  public void skip() {
    pass.run(arrays, offsets, strides, 0, 0);
  }

  @Override
  public void perform() {
    pass.run(arrays, offsets, strides, 1, VECTORS * Lanes.COUNT);
  }

  @Override
  public long operations() {
    return operations;
  }
}

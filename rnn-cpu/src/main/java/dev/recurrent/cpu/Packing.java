package dev.recurrent.cpu;

import jdk.incubator.vector.FloatVector;

/** Copies columns of a matrix into the order of the register tiles. */
final class Packing {
  private Packing() {}

  /**
   * Writes one vector column {@code [depth][Lanes.COUNT]}, each row {@code targetStride} after the
   * one before; lanes from {@code lanes} on become zero.
   */
  static void packColumn(
      float[] source,
      int offset,
      int strideK,
      int strideN,
      int lanes,
      int depth,
      float[] target,
      int targetOffset,
      int targetStride) {
    if (lanes == Lanes.COUNT && strideN == 1) {
      copyRows(source, offset, strideK, depth, target, targetOffset, targetStride);
    } else {
      gather(
          source, offset, strideK, strideN, lanes, depth, target, targetOffset, targetStride);
    }
  }

  private static void copyRows(
      float[] source, int offset, int strideK, int depth, float[] target, int t, int targetStride) {
    for (int k = 0; k < depth; k++) {
      FloatVector.fromArray(Lanes.SPECIES, source, offset + k * strideK)
          .intoArray(target, t + k * targetStride);
    }
  }

  private static void gather(
      float[] source,
      int offset,
      int strideK,
      int strideN,
      int lanes,
      int depth,
      float[] target,
      int targetOffset,
      int targetStride) {
    for (int lane = 0; lane < lanes; lane++) {
      int from = offset + lane * strideN;
      int to = targetOffset + lane;
      for (int k = 0; k < depth; k++) {
        target[to + k * targetStride] = source[from + k * strideK];
      }
    }
    for (int lane = lanes; lane < Lanes.COUNT; lane++) {
      int to = targetOffset + lane;
      for (int k = 0; k < depth; k++) {
        target[to + k * targetStride] = 0;
      }
    }
  }
}

package dev.recurrent.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes square blocks of {@link Lanes#COUNT} rows and columns in registers.
 *
 * <p>Stage d (1, 2, 4, ..) exchanges, between each row i without bit d and row i + d, the lanes
 * with bit d of the one and those without of the other. After all stages rows and columns have
 * changed places. Two stages share a pass over memory.
 */
final class Transposition {
  private static final int STAGES = Integer.numberOfTrailingZeros(Lanes.COUNT);
  private static final Stage[] ALL = new Stage[STAGES];

  static {
    Arrays.setAll(ALL, i -> Stage.of(1 << i));
  }

  /** Lane j meets lane {@code j ^ d}; the mask has the lanes with bit d. */
  private record Stage(VectorShuffle<Float> partner, VectorMask<Float> upper) {
    static Stage of(int d) {
      boolean[] bits = new boolean[Lanes.COUNT];
      for (int j = 0; j < bits.length; j++) {
        bits[j] = (j & d) != 0;
      }
      return new Stage(
          VectorShuffle.fromOp(Lanes.SPECIES, j -> j ^ d),
          VectorMask.fromArray(Lanes.SPECIES, bits, 0));
    }
  }

  private Transposition() {}

  /**
   * Writes the transpose of a block: {@code target[t + i * targetStride + j] = source[s + j *
   * sourceStride + i]} for i and j below the lane count. The arrays must not overlap.
   */
  static void block(
      float[] source, int s, int sourceStride, float[] target, int t, int targetStride) {
    float[] from = source;
    int at = s;
    int stride = sourceStride;
    int stage = 0;
    for (; stage + 1 < STAGES; stage += 2) {
      twoStages(from, at, stride, target, t, targetStride, stage);
      from = target; // the next stages work in place
      at = t;
      stride = targetStride;
    }
    if (stage < STAGES) {
      oneStage(from, at, stride, target, t, targetStride, stage);
    }
  }

  private static void twoStages(
      float[] from, int at, int stride, float[] target, int t, int targetStride, int stage) {
    var species = Lanes.SPECIES;
    var p = ALL[stage].partner();
    var u = ALL[stage].upper();
    var p2 = ALL[stage + 1].partner();
    var u2 = ALL[stage + 1].upper();
    int d = 1 << stage;
    for (int group = 0; group < Lanes.COUNT; group += 4 * d) {
      for (int i = group; i < group + d; i++) {
        int row = at + i * stride;
        var r0 = FloatVector.fromArray(species, from, row);
        var r1 = FloatVector.fromArray(species, from, row + d * stride);
        var r2 = FloatVector.fromArray(species, from, row + 2 * d * stride);
        var r3 = FloatVector.fromArray(species, from, row + 3 * d * stride);
        var s0 = r0.blend(r1.rearrange(p), u);
        var s1 = r0.rearrange(p).blend(r1, u);
        var s2 = r2.blend(r3.rearrange(p), u);
        var s3 = r2.rearrange(p).blend(r3, u);
        int to = t + i * targetStride;
        s0.blend(s2.rearrange(p2), u2).intoArray(target, to);
        s1.blend(s3.rearrange(p2), u2).intoArray(target, to + d * targetStride);
        s0.rearrange(p2).blend(s2, u2).intoArray(target, to + 2 * d * targetStride);
        s1.rearrange(p2).blend(s3, u2).intoArray(target, to + 3 * d * targetStride);
      }
    }
  }

  private static void oneStage(
      float[] from, int at, int stride, float[] target, int t, int targetStride, int stage) {
    var p = ALL[stage].partner();
    var u = ALL[stage].upper();
    int d = 1 << stage;
    for (int i = 0; i < Lanes.COUNT; i++) {
      if ((i & d) == 0) {
        var r0 = FloatVector.fromArray(Lanes.SPECIES, from, at + i * stride);
        var r1 = FloatVector.fromArray(Lanes.SPECIES, from, at + (i + d) * stride);
        r0.blend(r1.rearrange(p), u).intoArray(target, t + i * targetStride);
        r0.rearrange(p).blend(r1, u).intoArray(target, t + (i + d) * targetStride);
      }
    }
  }
}

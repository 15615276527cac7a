package dev.recurrent.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Sums parts of arrays, always in the same order.
 *
 * <p>A vector that a loop carries round is only ever an argument. As the receiver of a call its
 * class is not known to C2 unless a profile tells it, and without one the call boxes: the profile
 * is that of {@code FloatVector}'s own methods, which all code of the program shares. It begins as
 * {@code broadcast(species, 0)}: {@code zero(species)} is an object, and what it is merged with
 * gets boxed, too.
 */
final class Reductions {
  private Reductions() {}

  /**
   * Returns the sum: lane by lane, then the lanes from the first to the last, then the rest.
   *
   * @param lanes scratch for one vector: reading a lane by number would box the vector
   */
  static float sum(float[] values, int from, int length, float[] lanes) {
    int whole = Lanes.SPECIES.loopBound(length);
    float sum = 0;
    if (whole > 0) {
      var sums = FloatVector.fromArray(Lanes.SPECIES, values, from);
      for (int c = Lanes.COUNT; c < whole; c += Lanes.COUNT) {
        sums = FloatVector.fromArray(Lanes.SPECIES, values, from + c).add(sums);
      }
      sums.intoArray(lanes, 0);
      for (int lane = 0; lane < Lanes.COUNT; lane++) {
        sum += lanes[lane];
      }
    }
    for (int c = whole; c < length; c++) {
      sum += values[from + c];
    }
    return sum;
  }

  /** Returns the largest value, NaN if there is one; {@code lanes} as in {@link #sum}. */
  static float maximum(float[] values, int from, int length, float[] lanes) {
    int whole = Lanes.SPECIES.loopBound(length);
    float max = Float.NEGATIVE_INFINITY;
    if (whole > 0) {
      var maxima = FloatVector.fromArray(Lanes.SPECIES, values, from);
      for (int c = Lanes.COUNT; c < whole; c += Lanes.COUNT) {
        maxima = FloatVector.fromArray(Lanes.SPECIES, values, from + c).max(maxima);
      }
      maxima.intoArray(lanes, 0);
      for (int lane = 0; lane < Lanes.COUNT; lane++) {
        max = Math.max(max, lanes[lane]);
      }
    }
    for (int c = whole; c < length; c++) {
      max = Math.max(max, values[from + c]);
    }
    return max;
  }

  /** Returns the sum of the squares in double precision. */
  static double sumOfSquares(float[] values, int from, int length) {
    var doubles = DoubleVector.SPECIES_PREFERRED;
    int whole = Lanes.SPECIES.loopBound(length);
    var low = DoubleVector.broadcast(doubles, 0);
    var high = DoubleVector.broadcast(doubles, 0);
    for (int c = 0; c < whole; c += Lanes.COUNT) {
      var v = FloatVector.fromArray(Lanes.SPECIES, values, from + c);
      var a = (DoubleVector) v.convertShape(VectorOperators.F2D, doubles, 0);
      var b = (DoubleVector) v.convertShape(VectorOperators.F2D, doubles, 1);
      low = a.fma(a, low);
      high = b.fma(b, high);
    }
    double sum =
        DoubleVector.broadcast(doubles, 0).add(low).add(high).reduceLanes(VectorOperators.ADD);
    for (int c = whole; c < length; c++) {
      sum += (double) values[from + c] * values[from + c];
    }
    return sum;
  }

  /** Adds {@code length} values to others. */
  static void add(float[] values, int from, float[] target, int to, int length) {
    int whole = Lanes.SPECIES.loopBound(length);
    for (int c = 0; c < whole; c += Lanes.COUNT) {
      var v = FloatVector.fromArray(Lanes.SPECIES, values, from + c);
      FloatVector.fromArray(Lanes.SPECIES, target, to + c).add(v).intoArray(target, to + c);
    }
    for (int c = whole; c < length; c++) {
      target[to + c] += values[from + c];
    }
  }
}

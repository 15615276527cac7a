package dev.recurrent.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Computes transcendental functions of whole vectors, with a scalar twin {@link ScalarMath} that
 * gives the same bits lane for lane.
 *
 * <p>Only additions, multiplications, divisions, fused multiply-adds, comparisons and integer
 * shifts are used, which every machine rounds alike: so the bits depend on the machine only where
 * it has no fused multiply-add. NaN gives NaN. The errors stated are the largest over all floats,
 * as VectorMathTest measures them.
 *
 * <p>Generated code copies these bodies with {@link VectorBodies} rather than calling them. The
 * number of vector operations stands beside each.
 */
final class VectorMath {
  private VectorMath() {}

  /** Returns e^x; error at most 1 ulp, subnormal results included. 20 operations. */
  static FloatVector exp(FloatVector x) {
    x = x.blend(ScalarMath.EXP_MAX, x.compare(VectorOperators.GT, ScalarMath.EXP_MAX));
    x = x.blend(ScalarMath.EXP_MIN, x.compare(VectorOperators.LT, ScalarMath.EXP_MIN));
    var shifted = Lanes.fma(x, constant(ScalarMath.LOG2_E), constant(ScalarMath.SHIFT_TWICE));
    var n = shifted.sub(ScalarMath.SHIFT_TWICE);
    var r = Lanes.fma(n, constant(-ScalarMath.LN2_HIGH), x);
    r = Lanes.fma(n, constant(-ScalarMath.LN2_LOW), r);
    var p = Lanes.fma(r, constant(ScalarMath.EXP_6), constant(ScalarMath.EXP_5));
    p = Lanes.fma(p, r, constant(ScalarMath.EXP_4));
    p = Lanes.fma(p, r, constant(ScalarMath.EXP_3));
    p = Lanes.fma(p, r, constant(ScalarMath.EXP_2));
    p = Lanes.fma(p, r, constant(1));
    p = Lanes.fma(p, r, constant(1));
    // 2^n in two factors: one alone cannot reach the subnormal results, nor 2^128.
    var bits = shifted.reinterpretAsInts();
    var half = bits.lanewise(VectorOperators.ASHR, 1);
    return p.mul(exponent(half)).mul(exponent(bits.sub(half)));
  }

  /** Returns 1 / (1 + e^-x); error at most 1e-7, and 6 ulp down to x = -87. 15 operations. */
  static FloatVector sigmoid(FloatVector x) {
    x = x.blend(ScalarMath.SIGMOID_MAX, x.compare(VectorOperators.GT, ScalarMath.SIGMOID_MAX));
    x = x.blend(-ScalarMath.SIGMOID_MAX, x.compare(VectorOperators.LT, -ScalarMath.SIGMOID_MAX));
    var shifted = Lanes.fma(x, constant(-ScalarMath.LOG2_E), constant(ScalarMath.SHIFT));
    var n = shifted.sub(ScalarMath.SHIFT);
    var r = Lanes.fma(n, constant(ScalarMath.LN2), x); // e^-x = 2^n e^-r
    var p = Lanes.fma(r, constant(-ScalarMath.SHORT_5), constant(ScalarMath.SHORT_4));
    p = Lanes.fma(p, r, constant(-ScalarMath.SHORT_3));
    p = Lanes.fma(p, r, constant(ScalarMath.SHORT_2));
    p = Lanes.fma(p, r, constant(-1));
    p = Lanes.fma(p, r, constant(1));
    var one = constant(1);
    return one.div(Lanes.fma(p, exponent(shifted.reinterpretAsInts()), one));
  }

  /** Returns tanh x, never beyond 1; error at most 1.5e-7 and 2.5 ulp. 18 operations. */
  static FloatVector tanh(FloatVector x) {
    x = x.blend(ScalarMath.TANH_MAX, x.compare(VectorOperators.GT, ScalarMath.TANH_MAX));
    x = x.blend(-ScalarMath.TANH_MAX, x.compare(VectorOperators.LT, -ScalarMath.TANH_MAX));
    var shifted = Lanes.fma(x, constant(2 * ScalarMath.LOG2_E), constant(ScalarMath.SHIFT));
    var n = shifted.sub(ScalarMath.SHIFT);
    var r = Lanes.fma(n, constant(-0.5f * ScalarMath.LN2), x); // e^2x = 2^n e^2r
    var p = Lanes.fma(r, constant(32 * ScalarMath.EXPM1_6), constant(16 * ScalarMath.EXPM1_5));
    p = Lanes.fma(p, r, constant(8 * ScalarMath.EXPM1_4));
    p = Lanes.fma(p, r, constant(4 * ScalarMath.EXPM1_3));
    p = Lanes.fma(p, r, constant(2 * ScalarMath.EXPM1_2));
    p = Lanes.fma(p, r.mul(r), r); // (e^2r - 1) / 2
    var scale = exponent(shifted.reinterpretAsInts());
    var below = Lanes.fma(scale, constant(0.5f), constant(-0.5f));
    var e = Lanes.fma(scale, p, below); // (e^2x - 1) / 2
    return e.div(e.add(1));
  }

  /** Returns ln x, NaN below 0; error at most 1 ulp. 31 operations. */
  static FloatVector log(FloatVector x) {
    var small = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    var bits = x.blend(x.mul(ScalarMath.SUBNORMAL_SCALE), small).reinterpretAsInts();
    var shift =
        constant(ScalarMath.SHIFT_PLAIN)
            .blend(ScalarMath.SHIFT_PLAIN + ScalarMath.SUBNORMAL_BITS, small);
    var above = bits.sub(ScalarMath.TWO_THIRDS_BITS);
    var e =
        above
            .lanewise(VectorOperators.ASHR, 23)
            .add(ScalarMath.SHIFT_PLAIN_BITS)
            .reinterpretAsFloats()
            .sub(shift);
    var f =
        bits.sub(above.lanewise(VectorOperators.AND, ScalarMath.EXPONENT_BITS))
            .reinterpretAsFloats()
            .sub(1);
    var result = Lanes.fma(e, constant(ScalarMath.LN2_HIGH), logNearOne(f, e));
    var infinity = Float.POSITIVE_INFINITY;
    result = result.blend(infinity, x.compare(VectorOperators.EQ, infinity));
    result = result.blend(-infinity, x.compare(VectorOperators.EQ, 0));
    return result.blend(Float.NaN, x.compare(VectorOperators.GE, 0).not());
  }

  /** Returns ln(1 + f) + e * LN2_LOW for f from -1/3 to 1/3. */
  private static FloatVector logNearOne(FloatVector f, FloatVector e) {
    var p = Lanes.fma(f, constant(ScalarMath.LOG_9), constant(ScalarMath.LOG_8));
    p = Lanes.fma(p, f, constant(ScalarMath.LOG_7));
    p = Lanes.fma(p, f, constant(ScalarMath.LOG_6));
    p = Lanes.fma(p, f, constant(ScalarMath.LOG_5));
    p = Lanes.fma(p, f, constant(ScalarMath.LOG_4));
    p = Lanes.fma(p, f, constant(ScalarMath.LOG_3));
    p = Lanes.fma(p, f, constant(ScalarMath.LOG_2));
    p = Lanes.fma(p, f, constant(-0.5f));
    return Lanes.fma(f.mul(f), p, e.mul(ScalarMath.LN2_LOW)).add(f);
  }

  /** Returns ln(1 + e^x); error at most 4 ulp down to x = -87. 26 operations. */
  static FloatVector softplus(FloatVector x) {
    var a = x.abs();
    a = a.blend(ScalarMath.SIGMOID_MAX, a.compare(VectorOperators.GT, ScalarMath.SIGMOID_MAX));
    var shifted = Lanes.fma(a, constant(-ScalarMath.LOG2_E), constant(ScalarMath.SHIFT));
    var n = shifted.sub(ScalarMath.SHIFT);
    var r = Lanes.fma(n, constant(ScalarMath.LN2_HIGH), a);
    r = Lanes.fma(n, constant(ScalarMath.LN2_LOW), r);
    var p = Lanes.fma(r, constant(-ScalarMath.SHORT_5), constant(ScalarMath.SHORT_4));
    p = Lanes.fma(p, r, constant(-ScalarMath.SHORT_3));
    p = Lanes.fma(p, r, constant(ScalarMath.SHORT_2));
    p = Lanes.fma(p, r, constant(-1));
    p = Lanes.fma(p, r, constant(1));
    var z = p.mul(exponent(shifted.reinterpretAsInts())); // e^-|x|
    return Lanes.fma(z, logOfOnePlus(z), relu(x));
  }

  /** Returns ln(1 + z) / z for z from 0 to 1. */
  private static FloatVector logOfOnePlus(FloatVector z) {
    var p = Lanes.fma(z, constant(ScalarMath.LOG1P_8), constant(ScalarMath.LOG1P_7));
    p = Lanes.fma(p, z, constant(ScalarMath.LOG1P_6));
    p = Lanes.fma(p, z, constant(ScalarMath.LOG1P_5));
    p = Lanes.fma(p, z, constant(ScalarMath.LOG1P_4));
    p = Lanes.fma(p, z, constant(ScalarMath.LOG1P_3));
    p = Lanes.fma(p, z, constant(ScalarMath.LOG1P_2));
    p = Lanes.fma(p, z, constant(ScalarMath.LOG1P_1));
    return Lanes.fma(p, z, constant(ScalarMath.LOG1P_0));
  }

  /** Returns the square root, rounded correctly. 1 operation. */
  static FloatVector sqrt(FloatVector x) {
    return x.lanewise(VectorOperators.SQRT);
  }

  /** Returns x where it is above 0 (or NaN), else 0. 2 operations. */
  static FloatVector relu(FloatVector x) {
    return x.blend(0, x.compare(VectorOperators.LT, 0));
  }

  /** Returns 1 where a is greater than b, otherwise 0. */
  static FloatVector greater(FloatVector a, FloatVector b) {
    return FloatVector.zero(Lanes.SPECIES).blend(1f, a.compare(VectorOperators.GT, b));
  }

  /** Returns 1 / x, rounded correctly. 1 operation. */
  static FloatVector reciprocal(FloatVector x) {
    return constant(1).div(x);
  }

  /** Returns the float whose exponent field is the low bits: 2^(low - 127). */
  private static FloatVector exponent(IntVector low) {
    return low.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  private static FloatVector constant(float value) {
    return FloatVector.broadcast(Lanes.SPECIES, value);
  }
}

package dev.recurrent.cpu;

/**
 * Computes the functions of {@link VectorMath} for one float, with the same bits; each method
 * mirrors its twin line by line. Errors are stated there.
 *
 * <p>The polynomials are minimax fits (Lawson's iteration in double precision) on the range that
 * stands beside each group.
 */
final class ScalarMath {
  static final float LOG2_E = 1.442695f;
  static final float LN2 = 0.6931472f;
  static final float LN2_HIGH = 0.69314575f; // 0x3f317200: its products with |n| < 512 are exact
  static final float LN2_LOW = 1.4286068e-6f;

  // Adding 1.5 * 2^23 rounds to an integer, whose bits are then the low bits of the sum. What is
  // added beyond that is the bias of the exponent, once, twice, or not at all.
  static final float SHIFT_PLAIN = 12582912;
  static final int SHIFT_PLAIN_BITS = 0x4b400000;
  static final float SHIFT = 12582912 + 127;
  static final float SHIFT_TWICE = 12582912 + 254;

  static final float EXP_MAX = 89; // e^89 is infinite
  static final float EXP_MIN = -104; // e^-104 rounds to 0

  // e^r, |r| <= ln(2) / 2: relative error 3.3e-9
  static final float EXP_2 = 0.49999994f;
  static final float EXP_3 = 0.16666515f;
  static final float EXP_4 = 0.041668456f;
  static final float EXP_5 = 0.008369419f;
  static final float EXP_6 = 0.0013813145f;

  static final float SIGMOID_MAX = 87; // e^87 is finite, e^-87 normal

  // e^r, |r| <= ln(2) / 2: relative error 1.1e-7
  static final float SHORT_2 = 0.499992f;
  static final float SHORT_3 = 0.16667134f;
  static final float SHORT_4 = 0.0418945f;
  static final float SHORT_5 = 0.008312049f;

  static final float TANH_MAX = 10; // tanh(10) rounds to 1

  // e^r - 1, |r| <= ln(2) / 2: error 1.3e-8 of it
  static final float EXPM1_2 = 0.49999997f;
  static final float EXPM1_3 = 0.16666542f;
  static final float EXPM1_4 = 0.041667204f;
  static final float EXPM1_5 = 0.008366713f;
  static final float EXPM1_6 = 0.0013882485f;

  static final float SUBNORMAL_SCALE = 0x1p25f;
  static final float SUBNORMAL_BITS = 25;
  static final int TWO_THIRDS_BITS = 0x3f2aaaab;
  static final int EXPONENT_BITS = 0xff800000;

  // ln(1 + f) = f - f^2 / 2 + f^3 p(f), |f| <= 1/3: relative error 4.6e-9
  static final float LOG_2 = 0.33333215f;
  static final float LOG_3 = -0.24999797f;
  static final float LOG_4 = 0.20010406f;
  static final float LOG_5 = -0.16680488f;
  static final float LOG_6 = 0.14005868f;
  static final float LOG_7 = -0.12184262f;
  static final float LOG_8 = 0.13984439f;
  static final float LOG_9 = -0.12891683f;

  // ln(1 + z) / z, 0 <= z <= 1: relative error 3.0e-8
  static final float LOG1P_0 = 0.99999994f;
  static final float LOG1P_1 = -0.49999493f;
  static final float LOG1P_2 = 0.33319098f;
  static final float LOG1P_3 = -0.24842982f;
  static final float LOG1P_4 = 0.19106007f;
  static final float LOG1P_5 = -0.13663244f;
  static final float LOG1P_6 = 0.07822593f;
  static final float LOG1P_7 = -0.029505227f;
  static final float LOG1P_8 = 0.0052326913f;

  private ScalarMath() {}

  static float exp(float x) {
    x = x > EXP_MAX ? EXP_MAX : x;
    x = x < EXP_MIN ? EXP_MIN : x;
    float shifted = Lanes.fma(x, LOG2_E, SHIFT_TWICE);
    float n = shifted - SHIFT_TWICE;
    float r = Lanes.fma(n, -LN2_HIGH, x);
    r = Lanes.fma(n, -LN2_LOW, r);
    float p = Lanes.fma(r, EXP_6, EXP_5);
    p = Lanes.fma(p, r, EXP_4);
    p = Lanes.fma(p, r, EXP_3);
    p = Lanes.fma(p, r, EXP_2);
    p = Lanes.fma(p, r, 1);
    p = Lanes.fma(p, r, 1);
    int bits = Float.floatToRawIntBits(shifted);
    int half = bits >> 1;
    return p * exponent(half) * exponent(bits - half);
  }

  static float sigmoid(float x) {
    x = x > SIGMOID_MAX ? SIGMOID_MAX : x;
    x = x < -SIGMOID_MAX ? -SIGMOID_MAX : x;
    float shifted = Lanes.fma(x, -LOG2_E, SHIFT);
    float n = shifted - SHIFT;
    float r = Lanes.fma(n, LN2, x);
    float p = Lanes.fma(r, -SHORT_5, SHORT_4);
    p = Lanes.fma(p, r, -SHORT_3);
    p = Lanes.fma(p, r, SHORT_2);
    p = Lanes.fma(p, r, -1);
    p = Lanes.fma(p, r, 1);
    return 1 / Lanes.fma(p, exponent(Float.floatToRawIntBits(shifted)), 1);
  }

  static float tanh(float x) {
    x = x > TANH_MAX ? TANH_MAX : x;
    x = x < -TANH_MAX ? -TANH_MAX : x;
    float shifted = Lanes.fma(x, 2 * LOG2_E, SHIFT);
    float n = shifted - SHIFT;
    float r = Lanes.fma(n, -0.5f * LN2, x);
    float p = Lanes.fma(r, 32 * EXPM1_6, 16 * EXPM1_5);
    p = Lanes.fma(p, r, 8 * EXPM1_4);
    p = Lanes.fma(p, r, 4 * EXPM1_3);
    p = Lanes.fma(p, r, 2 * EXPM1_2);
    p = Lanes.fma(p, r * r, r);
    float scale = exponent(Float.floatToRawIntBits(shifted));
    float below = Lanes.fma(scale, 0.5f, -0.5f);
    float e = Lanes.fma(scale, p, below);
    return e / (e + 1);
  }

  static float log(float x) {
    boolean small = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(small ? x * SUBNORMAL_SCALE : x);
    float shift = small ? SHIFT_PLAIN + SUBNORMAL_BITS : SHIFT_PLAIN;
    int above = bits - TWO_THIRDS_BITS;
    float e = Float.intBitsToFloat((above >> 23) + SHIFT_PLAIN_BITS) - shift;
    float f = Float.intBitsToFloat(bits - (above & EXPONENT_BITS)) - 1;
    float result = Lanes.fma(e, LN2_HIGH, logNearOne(f, e));
    if (x == Float.POSITIVE_INFINITY) {
      return x;
    }
    if (x == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    return x >= 0 ? result : Float.NaN;
  }

  private static float logNearOne(float f, float e) {
    float p = Lanes.fma(f, LOG_9, LOG_8);
    p = Lanes.fma(p, f, LOG_7);
    p = Lanes.fma(p, f, LOG_6);
    p = Lanes.fma(p, f, LOG_5);
    p = Lanes.fma(p, f, LOG_4);
    p = Lanes.fma(p, f, LOG_3);
    p = Lanes.fma(p, f, LOG_2);
    p = Lanes.fma(p, f, -0.5f);
    return Lanes.fma(f * f, p, e * LN2_LOW) + f;
  }

  static float softplus(float x) {
    float a = Math.abs(x);
    a = a > SIGMOID_MAX ? SIGMOID_MAX : a;
    float shifted = Lanes.fma(a, -LOG2_E, SHIFT);
    float n = shifted - SHIFT;
    float r = Lanes.fma(n, LN2_HIGH, a);
    r = Lanes.fma(n, LN2_LOW, r);
    float p = Lanes.fma(r, -SHORT_5, SHORT_4);
    p = Lanes.fma(p, r, -SHORT_3);
    p = Lanes.fma(p, r, SHORT_2);
    p = Lanes.fma(p, r, -1);
    p = Lanes.fma(p, r, 1);
    float z = p * exponent(Float.floatToRawIntBits(shifted));
    return Lanes.fma(z, logOfOnePlus(z), relu(x));
  }

  private static float logOfOnePlus(float z) {
    float p = Lanes.fma(z, LOG1P_8, LOG1P_7);
    p = Lanes.fma(p, z, LOG1P_6);
    p = Lanes.fma(p, z, LOG1P_5);
    p = Lanes.fma(p, z, LOG1P_4);
    p = Lanes.fma(p, z, LOG1P_3);
    p = Lanes.fma(p, z, LOG1P_2);
    p = Lanes.fma(p, z, LOG1P_1);
    return Lanes.fma(p, z, LOG1P_0);
  }

  static float sqrt(float x) {
    return (float) Math.sqrt(x);
  }

  static float relu(float x) {
    return x < 0 ? 0 : x;
  }

  static float reciprocal(float x) {
    return 1 / x;
  }

  private static float exponent(int low) {
    return Float.intBitsToFloat(low << 23);
  }

  /** Returns 1 where a is greater than b, otherwise 0. */
  static float greater(float a, float b) {
    return a > b ? 1 : 0;
  }
}

package dev.recurrent.cell;

/** Holds the functions for the equations of cells; meant for static import. */
public final class Functions {
  /** The small number that {@link #layerNorm(Value)} adds to the variance, as PyTorch does. */
  public static final double LAYER_NORM_EPSILON = 1e-5;

  private Functions() {}

  /** Returns 1 / (1 + exp(-a)). */
  public static Value sigmoid(Value a) {
    return a.apply(UnaryOp.SIGMOID);
  }

  /** Returns the hyperbolic tangent. */
  public static Value tanh(Value a) {
    return a.apply(UnaryOp.TANH);
  }

  /** Returns max(a, 0). */
  public static Value relu(Value a) {
    return a.apply(UnaryOp.RELU);
  }

  /** Returns e to the power a. */
  public static Value exp(Value a) {
    return a.apply(UnaryOp.EXP);
  }

  /** Returns the natural logarithm. */
  public static Value log(Value a) {
    return a.apply(UnaryOp.LOG);
  }

  /** Returns the square root. */
  public static Value sqrt(Value a) {
    return a.apply(UnaryOp.SQRT);
  }

  /** Returns 1 / a. */
  public static Value reciprocal(Value a) {
    return a.apply(UnaryOp.RECIPROCAL);
  }

  /** Returns log(1 + exp(a)). */
  public static Value softplus(Value a) {
    return a.apply(UnaryOp.SOFTPLUS);
  }

  /** Returns 1 - a. */
  public static Value oneMinus(Value a) {
    return a.owner().constant(1).minus(a);
  }

  /** Returns the larger of each pair of elements; where they are equal the gradient goes to a. */
  public static Value max(Value a, Value b) {
    return a.owner().binary(BinaryOp.MAX, a, b);
  }

  /** Returns the smaller of each pair of elements; where they are equal the gradient goes to a. */
  public static Value min(Value a, Value b) {
    return a.owner().binary(BinaryOp.MIN, a, b);
  }

  /** Returns the mean of each row as a scalar. */
  public static Value mean(Value a) {
    return a.owner().rowSum(a).times(1.0 / Math.max(1, a.width()));
  }

  /**
   * Normalises each row to mean 0 and variance 1: (a - mean) / sqrt(variance + 1e-5) (Ba et al.
   * 2016). Gain and shift, where wanted, are vectors: {@code layerNorm(a).times(gain).plus(shift)}.
   */
  public static Value layerNorm(Value a) {
    var centred = a.minus(mean(a));
    var variance = mean(centred.times(centred));
    return centred.times(reciprocal(sqrt(variance.plus(LAYER_NORM_EPSILON))));
  }
}

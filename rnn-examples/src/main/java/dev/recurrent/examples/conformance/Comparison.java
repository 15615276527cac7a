package dev.recurrent.examples.conformance;

import java.io.IOException;

/** Compares what was computed with what a case expects, and keeps the largest relative error. */
final class Comparison {
  private final CaseFile data;
  private final double tolerance;
  private double worst;
  private String worstTensor = "";
  private int compared;

  Comparison(CaseFile data, double tolerance) {
    this.data = data;
    this.tolerance = tolerance;
  }

  /** Compares with the tensor of the given name: max |got - want| / max(1, max |want|). */
  void expect(String tensor, float[] got) throws IOException {
    var want = data.doubles(tensor);
    if (want.length != got.length) {
      throw new IllegalArgumentException(
          tensor + ": expected " + got.length + " values in the file, got " + want.length);
    }
    double scale = 1;
    for (double value : want) {
      scale = Math.max(scale, Math.abs(value)); // NaN stays NaN
    }
    compared++;
    for (int i = 0; i < want.length; i++) {
      double error = Math.abs(got[i] - want[i]) / scale;
      if (Double.isNaN(error)) {
        error = Double.POSITIVE_INFINITY;
      }
      if (error > worst) {
        worst = error;
        worstTensor = tensor;
      }
    }
  }

  /** Returns the largest relative error so far, NaN if nothing has been compared. */
  double worst() {
    return compared == 0 ? Double.NaN : worst;
  }

  /** Returns what is wrong, or an empty text. */
  String problem() {
    if (compared == 0) {
      return "not understood: nothing to compare";
    }
    return worst <= tolerance ? "" : "the worst is " + worstTensor;
  }
}

package dev.recurrent.gpucheck;

import dev.recurrent.contract.CellProblem;
import java.util.Arrays;
import java.util.List;

/** Compares what two runs of the same cell gave. */
final class CellComparison {
  private CellComparison() {}

  /** Returns the largest error, as a part of the largest number of each result, at least 1. */
  static double worst(List<CellProblem.Result> expected, List<CellProblem.Result> tested) {
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      var wanted = expected.get(i).elements();
      var got = tested.get(i).elements();
      double largest = 1;
      for (float value : wanted) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int j = 0; j < wanted.length; j++) {
        double error = Math.abs(wanted[j] - got[j]) / largest;
        worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
      }
    }
    return worst;
  }

  /** Tells whether all results have the same bits. */
  static boolean same(List<CellProblem.Result> a, List<CellProblem.Result> b) {
    for (int i = 0; i < a.size(); i++) {
      if (!Arrays.equals(a.get(i).elements(), b.get(i).elements())) {
        return false;
      }
    }
    return true;
  }
}

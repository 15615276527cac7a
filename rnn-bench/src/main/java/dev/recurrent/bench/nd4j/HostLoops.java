package dev.recurrent.bench.nd4j;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import dev.recurrent.spi.TensorOps.MaskDraw;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;

/** Does in plain loops over ND4J's memory what ND4J does not do as the contract has it. */
final class HostLoops {
  /** Applies a function to each element. */
  void map(DoubleUnaryOperator function, Matrix a, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      for (int c = 0; c < out.columns(); c++) {
        set(out, r, c, function.applyAsDouble(get(a, r, c)));
      }
    }
  }

  /** Applies a function to each pair of elements; b may be a row, a column or a number. */
  void binary(BinaryOp op, Matrix a, Matrix b, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      for (int c = 0; c < out.columns(); c++) {
        double right = get(b, b.rows() == 1 ? 0 : r, b.columns() == 1 ? 0 : c);
        set(out, r, c, op.apply(get(a, r, c), right));
      }
    }
  }

  void addSumOfSquares(Matrix a, Matrix out) {
    double sum = get(out, 0, 0);
    for (int r = 0; r < a.rows(); r++) {
      for (int c = 0; c < a.columns(); c++) {
        double x = get(a, r, c);
        sum += x * x;
      }
    }
    set(out, 0, 0, sum);
  }

  void gatherRows(Matrix table, Matrix rows, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      int index = index(rows, r);
      for (int c = 0; c < out.columns(); c++) {
        set(out, r, c, index < 0 ? 0 : get(table, index, c));
      }
    }
  }

  void scatterAddRows(Matrix a, Matrix rows, Matrix table) {
    for (int r = 0; r < a.rows(); r++) {
      int index = index(rows, r);
      for (int c = 0; index >= 0 && c < a.columns(); c++) {
        set(table, index, c, get(table, index, c) + get(a, r, c));
      }
    }
  }

  void softmaxCrossEntropy(CrossEntropyCall call) {
    var logits = call.logits();
    int classes = logits.columns();
    double share = call.labelSmoothing() / classes;
    for (int r = 0; r < logits.rows(); r++) {
      int target = index(call.targets(), r);
      double max = max(logits, r);
      double logSum = max + Math.log(sumOfExponentials(logits, r, max));
      double loss = 0;
      for (int c = 0; c < classes; c++) {
        double logProbability = get(logits, r, c) - logSum;
        double wanted = (c == target ? 1 - call.labelSmoothing() : 0) + share;
        loss -= wanted == 0 ? 0 : wanted * logProbability;
        double derivative = (Math.exp(logProbability) - wanted) * call.scale();
        set(call.dLogits(), r, c, target < 0 ? 0 : derivative);
      }
      set(call.losses(), r, 0, target < 0 ? 0 : loss);
    }
  }

  void softmax(Matrix a, Matrix out) {
    for (int r = 0; r < a.rows(); r++) {
      double max = max(a, r);
      double sum = sumOfExponentials(a, r, max);
      for (int c = 0; c < a.columns(); c++) {
        set(out, r, c, Math.exp(get(a, r, c) - max) / sum);
      }
    }
  }

  void keepMask(MaskDraw draw, IntUnaryOperator number, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      int key = RandomBits.rowKey(draw.seed(), number.applyAsInt(r));
      for (int c = 0; c < out.columns(); c++) {
        set(out, r, c, RandomBits.keeps(key, c, draw.keep()) ? draw.value() : 0);
      }
    }
  }

  /** Reads a row of a column of ints. */
  int index(Matrix m, int row) {
    return Nd4jStorage.segment(m).getAtIndex(JAVA_INT, m.offset() + (long) row * m.stride());
  }

  private static double max(Matrix a, int row) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < a.columns(); c++) {
      max = Math.max(max, get(a, row, c));
    }
    return max;
  }

  private static double sumOfExponentials(Matrix a, int row, double max) {
    double sum = 0;
    for (int c = 0; c < a.columns(); c++) {
      sum += Math.exp(get(a, row, c) - max);
    }
    return sum;
  }

  private static double get(Matrix m, int row, int column) {
    return Nd4jStorage.segment(m)
        .getAtIndex(JAVA_FLOAT, m.offset() + (long) row * m.stride() + column);
  }

  private static void set(Matrix m, int row, int column, double value) {
    Nd4jStorage.segment(m)
        .setAtIndex(JAVA_FLOAT, m.offset() + (long) row * m.stride() + column, (float) value);
  }
}

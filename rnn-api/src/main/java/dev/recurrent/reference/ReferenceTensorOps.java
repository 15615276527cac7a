package dev.recurrent.reference;

import static dev.recurrent.reference.ReferenceStorage.doubles;
import static dev.recurrent.reference.ReferenceStorage.ints;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.TensorOps;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;

/** Computes the primitives by their definition. */
final class ReferenceTensorOps implements TensorOps {
  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, float beta) {
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.columns(); j++) {
        double sum = 0;
        for (int k = 0; k < a.productColumns(); k++) {
          sum += productElement(a, i, k) * productElement(b, k, j);
        }
        set(c, i, j, beta == 0 ? sum : sum + beta * get(c, i, j));
      }
    }
  }

  @Override
  public void unary(UnaryOp op, Matrix a, Matrix out) {
    map(a, out, op::apply);
  }

  @Override
  public void binary(BinaryOp op, Matrix a, Matrix b, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      for (int c = 0; c < out.columns(); c++) {
        double right = get(b, b.rows() == 1 ? 0 : r, b.columns() == 1 ? 0 : c);
        set(out, r, c, op.apply(get(a, r, c), right));
      }
    }
  }

  @Override
  public void affine(Matrix a, float scale, float shift, Matrix out) {
    map(a, out, x -> scale * x + shift);
  }

  @Override
  public void addScaled(float alpha, Matrix x, Matrix y) {
    for (int r = 0; r < y.rows(); r++) {
      for (int c = 0; c < y.columns(); c++) {
        set(y, r, c, get(y, r, c) + alpha * get(x, r, c));
      }
    }
  }

  @Override
  public void copy(Matrix a, Matrix out) {
    for (int r = 0; r < a.rows(); r++) {
      int from = a.offset() + r * a.stride();
      int to = out.offset() + r * out.stride();
      if (a.storage().type() == DataType.FLOAT32) {
        System.arraycopy(doubles(a.storage()), from, doubles(out.storage()), to, a.columns());
      } else {
        System.arraycopy(ints(a.storage()), from, ints(out.storage()), to, a.columns());
      }
    }
  }

  @Override
  public void fill(Matrix out, float value) {
    map(out, out, x -> value);
  }

  @Override
  public void sumRows(Matrix a, Matrix out, float beta) {
    for (int c = 0; c < a.columns(); c++) {
      double sum = 0;
      for (int r = 0; r < a.rows(); r++) {
        sum += get(a, r, c);
      }
      set(out, 0, c, beta == 0 ? sum : sum + beta * get(out, 0, c));
    }
  }

  @Override
  public void sumColumns(Matrix a, Matrix out) {
    for (int r = 0; r < a.rows(); r++) {
      set(out, r, 0, reduce(a, r, 0, (sum, x) -> sum + x));
    }
  }

  @Override
  public void addSumOfSquares(Matrix a, Matrix out) {
    double sum = get(out, 0, 0);
    for (int r = 0; r < a.rows(); r++) {
      sum += reduce(a, r, 0, (squares, x) -> squares + x * x);
    }
    set(out, 0, 0, sum);
  }

  @Override
  public void gatherRows(Matrix table, Matrix rows, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      int index = index(rows, r);
      for (int c = 0; c < out.columns(); c++) {
        set(out, r, c, index < 0 ? 0 : get(table, index, c));
      }
    }
  }

  @Override
  public void scatterAddRows(Matrix a, Matrix rows, Matrix table) {
    for (int r = 0; r < a.rows(); r++) {
      int index = index(rows, r);
      for (int c = 0; index >= 0 && c < a.columns(); c++) {
        set(table, index, c, get(table, index, c) + get(a, r, c));
      }
    }
  }

  @Override
  public void softmaxCrossEntropy(CrossEntropyCall call) {
    var logits = call.logits();
    int classes = logits.columns();
    for (int r = 0; r < logits.rows(); r++) {
      int target = index(call.targets(), r);
      double max = reduce(logits, r, Double.NEGATIVE_INFINITY, Math::max);
      double logSum = max + Math.log(reduce(logits, r, 0, (s, x) -> s + Math.exp(x - max)));
      double loss = 0;
      for (int c = 0; c < classes; c++) {
        double logProbability = get(logits, r, c) - logSum;
        double wanted =
            (c == target ? 1 - call.labelSmoothing() : 0) + call.labelSmoothing() / classes;
        // 0 times an infinite logarithm is 0: a class that nobody asks for costs nothing.
        loss -= wanted == 0 ? 0 : wanted * logProbability;
        double derivative = (Math.exp(logProbability) - wanted) * call.scale();
        set(call.dLogits(), r, c, target < 0 ? 0 : derivative);
      }
      set(call.losses(), r, 0, target < 0 ? 0 : loss);
    }
  }

  @Override
  public void softmax(Matrix a, Matrix out) {
    for (int r = 0; r < a.rows(); r++) {
      double max = reduce(a, r, Double.NEGATIVE_INFINITY, Math::max);
      double sum = reduce(a, r, 0, (s, x) -> s + Math.exp(x - max));
      int row = r;
      map(a.rows(row, 1), out.rows(row, 1), x -> Math.exp(x - max) / sum);
    }
  }

  @Override
  public void keepMask(long seed, float keep, float value, Matrix out) {
    draw(new MaskDraw(seed, keep, value), row -> row, out);
  }

  @Override
  public void keepMask(MaskDraw draw, Matrix rows, Matrix out) {
    draw(draw, row -> index(rows, row), out);
  }

  private static void draw(MaskDraw draw, IntUnaryOperator index, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      int key = RandomBits.rowKey(draw.seed(), index.applyAsInt(r));
      for (int c = 0; c < out.columns(); c++) {
        set(out, r, c, RandomBits.keeps(key, c, draw.keep()) ? draw.value() : 0);
      }
    }
  }

  private static void map(Matrix a, Matrix out, DoubleUnaryOperator function) {
    for (int r = 0; r < out.rows(); r++) {
      for (int c = 0; c < out.columns(); c++) {
        set(out, r, c, function.applyAsDouble(get(a, r, c)));
      }
    }
  }

  private static double reduce(Matrix a, int row, double start, DoubleBinaryOperator function) {
    double result = start;
    for (int c = 0; c < a.columns(); c++) {
      result = function.applyAsDouble(result, get(a, row, c));
    }
    return result;
  }

  private static double productElement(Matrix m, int row, int column) {
    return m.order() == Matrix.Order.NORMAL ? get(m, row, column) : get(m, column, row);
  }

  private static double get(Matrix m, int row, int column) {
    return doubles(m.storage())[m.offset() + row * m.stride() + column];
  }

  private static void set(Matrix m, int row, int column, double value) {
    doubles(m.storage())[m.offset() + row * m.stride() + column] = value;
  }

  private static int index(Matrix m, int row) {
    return ints(m.storage())[m.offset() + row * m.stride()];
  }
}

package dev.recurrent.bench.nd4j;

import static dev.recurrent.bench.nd4j.Nd4jStorage.array;
import static dev.recurrent.bench.nd4j.Nd4jStorage.column;
import static dev.recurrent.bench.nd4j.Nd4jStorage.row;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps;
import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.api.ops.impl.reduce.same.Sum;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarAdd;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMultiplication;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarSet;
import org.nd4j.linalg.api.ops.impl.transforms.any.Assign;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.AddOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.Axpy;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.DivOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.SubOp;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Reciprocal;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hands products, functions, arithmetic and sums to ND4J. What ND4J has no operation for that keeps
 * to the contract is done by {@link HostLoops} on the same memory.
 */
final class Nd4jTensorOps implements TensorOps {
  private final HostLoops loops = new HostLoops();

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, float beta) {
    if (isEmpty(c)) {
      return;
    }
    if (a.productColumns() == 0) {
      scale(c, beta);
      return;
    }
    var orders =
        MMulTranspose.builder()
            .transposeA(a.order() == Matrix.Order.TRANSPOSED)
            .transposeB(b.order() == Matrix.Order.TRANSPOSED)
            .transposeResult(false)
            .build();
    run(new Mmul(array(a), array(b), array(c), 1, beta, orders));
  }

  /** Writes beta c, and 0 whatever c holds where beta is 0. */
  private void scale(Matrix c, float beta) {
    if (beta == 0) {
      fill(c, 0);
    } else {
      affine(c, beta, 0, c);
    }
  }

  @Override
  public void unary(UnaryOp op, Matrix a, Matrix out) {
    if (isEmpty(out)) {
      return;
    }
    if (op == UnaryOp.SOFTPLUS) {
      loops.map(op::apply, a, out); // ND4J's overflows from 89 on
      return;
    }
    var x = array(a);
    var z = array(out);
    run(
        switch (op) {
          case SIGMOID -> new Sigmoid(x, z);
          case TANH -> new Tanh(x, z);
          case RELU -> new RectifiedLinear(x, z);
          case EXP -> new Exp(x, z);
          case LOG -> new Log(x, z);
          case SQRT -> new Sqrt(x, z);
          case NEGATE -> new Negative(x, z);
          case RECIPROCAL -> new Reciprocal(x, z);
          case SOFTPLUS -> throw new IllegalArgumentException("not one of ND4J's: " + op);
        });
  }

  @Override
  public void binary(BinaryOp op, Matrix a, Matrix b, Matrix out) {
    if (isEmpty(out)) {
      return;
    }
    switch (op) {
      case PLUS -> run(new AddOp(array(a), array(b), array(out)));
      case MINUS -> run(new SubOp(array(a), array(b), array(out)));
      case TIMES -> run(new MulOp(array(a), array(b), array(out)));
      case DIVIDE -> run(new DivOp(array(a), array(b), array(out)));
      // ND4J's lose a NaN, and its comparison gives booleans.
      case MAX, MIN, GREATER -> loops.binary(op, a, b, out);
    }
  }

  @Override
  public void affine(Matrix a, float scale, float shift, Matrix out) {
    if (isEmpty(out)) {
      return;
    }
    run(new ScalarMultiplication(array(a), null, array(out), scale));
    if (shift != 0) {
      run(new ScalarAdd(array(out), null, array(out), shift));
    }
  }

  @Override
  public void addScaled(float alpha, Matrix x, Matrix y) {
    if (!isEmpty(y)) {
      run(new Axpy(array(x), array(y), array(y), alpha));
    }
  }

  @Override
  public void copy(Matrix a, Matrix out) {
    if (!isEmpty(out)) {
      run(new Assign(array(a), array(out)));
    }
  }

  @Override
  public void fill(Matrix out, float value) {
    if (!isEmpty(out)) {
      run(new ScalarSet(array(out), null, array(out), value));
    }
  }

  @Override
  public void sumRows(Matrix a, Matrix out, float beta) {
    if (isEmpty(a)) {
      if (!isEmpty(out)) {
        scale(out, beta);
      }
    } else if (beta == 0) {
      run(new Sum(array(a), row(out), 0));
    } else {
      scale(out, beta);
      var sum = Nd4j.getExecutioner().exec(new Sum(array(a), 0));
      run(new AddOp(row(out), sum, row(out)));
      sum.close();
    }
  }

  @Override
  public void sumColumns(Matrix a, Matrix out) {
    if (!isEmpty(a)) {
      run(new Sum(array(a), column(out), 1));
    } else if (!isEmpty(out)) {
      fill(out, 0);
    }
  }

  @Override
  public void addSumOfSquares(Matrix a, Matrix out) {
    loops.addSumOfSquares(a, out);
  }

  @Override
  public void gatherRows(Matrix table, Matrix rows, Matrix out) {
    loops.gatherRows(table, rows, out);
  }

  @Override
  public void scatterAddRows(Matrix a, Matrix rows, Matrix table) {
    loops.scatterAddRows(a, rows, table);
  }

  @Override
  public void softmaxCrossEntropy(CrossEntropyCall call) {
    loops.softmaxCrossEntropy(call);
  }

  @Override
  public void softmax(Matrix a, Matrix out) {
    loops.softmax(a, out);
  }

  @Override
  public void keepMask(long seed, float keep, float value, Matrix out) {
    loops.keepMask(new MaskDraw(seed, keep, value), row -> row, out);
  }

  @Override
  public void keepMask(MaskDraw draw, Matrix rows, Matrix out) {
    loops.keepMask(draw, row -> loops.index(rows, row), out);
  }

  private static boolean isEmpty(Matrix matrix) {
    return matrix.rows() == 0 || matrix.columns() == 0;
  }

  private static void run(Op op) {
    Nd4j.getExecutioner().exec(op);
  }

  private static void run(CustomOp op) {
    Nd4j.getExecutioner().exec(op);
  }
}

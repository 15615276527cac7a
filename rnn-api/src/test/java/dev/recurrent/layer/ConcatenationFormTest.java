package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.recurrent.cell.Cells;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shows that the two ways to write a recurrent layer are one: the addition form h' = tanh(W x + U h
 * + b), which {@link Recurrent} computes, and the concatenation form h' = tanh(V [x, h] + b) with
 * the matrix V = [W, U].
 */
class ConcatenationFormTest {
  private final SplittableRandom random = new SplittableRandom(7);

  @ParameterizedTest
  @CsvSource({"1,1,1", "3,5,1", "5,3,2", "4,7,5"})
  void concatenationFormHasTheOutputsAndGradientsOfTheAdditionForm(
      int input, int hidden, int steps) {
    try (var backend = new ReferenceBackend();
        var addition = Recurrent.of(Cells.ELMAN, input, hidden).build(backend, 1);
        var concatenation =
            Dense.of(input + hidden, hidden).activation(UnaryOp.TANH).build(backend, 2);
        var tape = Tape.training(backend, 3)) {
      // The same weights, inputs x [T, I], and state before the first step, h [1, H].
      float[] w = random(hidden * input);
      float[] u = random(hidden * hidden);
      float[] b = random(hidden);
      set(addition, w, u, b);
      set(concatenation, beside(w, u, hidden), b);
      var x = tape.variable(random(steps * input), steps, input);
      var x2 = tape.variable(x.toArray(), steps, input);
      var start = tape.variable(random(hidden), 1, hidden);
      var start2 = tape.variable(start.toArray(), 1, hidden);

      // W x + U h + b
      var oneSequence = SequenceLayout.uniform(steps, 1);
      var y = addition.run(tape, x.withLayout(oneSequence), List.of(start)).output();

      // V [x, h] + b
      var h = concatenation.on(tape, x2.sliceRows(0, 1).joinColumns(start2));
      var y2 = h;
      for (int t = 1; t < steps; t++) {
        h = concatenation.on(tape, x2.sliceRows(t, 1).joinColumns(h));
        y2 = y2.joinRows(h);
      }

      // A loss that sees every output, each with a weight of its own.
      var lossWeights = tape.constant(random(steps * hidden), steps, hidden);
      tape.backward(loss(y, lossWeights).plus(loss(y2, lossWeights)));

      assertSame(y.toArray(), y2.toArray(), "outputs");
      assertSame(x.gradientToArray(), x2.gradientToArray(), "dx");
      assertSame(start.gradientToArray(), start2.gradientToArray(), "dh of the start");
      float[] dw = addition.parameters().get(0).gradientToArray();
      float[] du = addition.parameters().get(1).gradientToArray();
      float[] db = addition.parameters().get(2).gradientToArray();
      float[] dv = concatenation.parameters().get(0).gradientToArray();
      assertSame(beside(dw, du, hidden), dv, "dV = [dW, dU]");
      assertSame(db, concatenation.parameters().get(1).gradientToArray(), "db");
    }
  }

  private static Tensor loss(Tensor y, Tensor weights) {
    return y.withLayout(null).times(weights).sum();
  }

  private static void set(Layer layer, float[]... values) {
    for (int i = 0; i < values.length; i++) {
      layer.parameters().get(i).set(values[i]);
    }
  }

  /** Joins two matrices of the same number of rows: [a, b]. */
  private static float[] beside(float[] a, float[] b, int rows) {
    var joined = new float[a.length + b.length];
    int columns = joined.length / rows;
    for (int row = 0; row < rows; row++) {
      int left = a.length / rows;
      System.arraycopy(a, row * left, joined, row * columns, left);
      System.arraycopy(b, row * (columns - left), joined, row * columns + left, columns - left);
    }
    return joined;
  }

  private float[] random(int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Single precision: sums of up to 12 terms, in another order. */
  private static void assertSame(float[] want, float[] got, String what) {
    assertArrayEquals(want, got, 5e-6f, what);
  }
}

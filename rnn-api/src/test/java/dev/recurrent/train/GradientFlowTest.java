package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Pooling;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A loss at the last step of 40, and how its gradient goes back through one layer. */
class GradientFlowTest {
  private static final int HIDDEN = 8;
  private static final int STEPS = 40;
  private static final CellDefinition LINEAR = Cells.elman("linear", UnaryOperator.identity());

  /** Returns the gradients of sum(h_T), for random inputs, after the layer has been prepared. */
  private static GradientFlow flow(CellDefinition cell, Consumer<Recurrent> prepare) {
    var random = new SplittableRandom(2);
    var x = new float[STEPS][HIDDEN];
    for (var row : x) {
      for (int i = 0; i < HIDDEN; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    try (var backend = new ReferenceBackend();
        var layer = Recurrent.of(cell, HIDDEN, HIDDEN).build(backend, 6)) {
      prepare.accept(layer);
      return Bptt.gradientFlow(
          layer,
          (tape, batch, _) -> Pooling.last(layer.on(tape, tape.input(batch.inputs()))).sum(),
          Batch.of(Sequences.ofSequence(x), Sequences.ofLabels(0)));
    }
  }

  /** Returns the gradients where the recurrent weights are a multiple of random orthogonal ones. */
  private static GradientFlow scaled(CellDefinition cell, float scale) {
    return flow(cell, layer -> scale(layer, scale));
  }

  private static void scale(Recurrent layer, float scale) {
    var weights = layer.parameters().get(1);
    assertTrue(weights.name().startsWith("weight_h"), weights.name());
    var values = weights.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    weights.set(values);
  }

  @ParameterizedTest
  @CsvSource({"0.5, VANISHES", "0.95, HOLDS", "1, HOLDS", "1.05, HOLDS", "2, EXPLODES"})
  void gradientOfALinearNetworkGoesAsThePowersOfItsSpectralRadius(
      float scale, GradientFlow.Trend trend) {
    var flow = scaled(LINEAR, scale);
    var norms = flow.hiddenGradientNorm();
    for (int back : new int[] {1, 2, 10, STEPS - 1}) {
      double want = norms[STEPS - 1] * Math.pow(scale, back);
      assertEquals(want, norms[STEPS - 1 - back], 1e-5 * want, back + " steps back");
    }
    assertEquals(trend, flow.trend());
    // 0.5^6 > 1 % > 0.5^7
    assertEquals(scale == 0.5f ? 7 : STEPS, flow.effectiveMemory());
  }

  @Test
  void gradientOfALinearNetworkIsThatOfThePowersOfAnyWeights() {
    var weights = new float[HIDDEN * HIDDEN];
    var random = new SplittableRandom(9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() / Math.sqrt(HIDDEN));
    }
    var norms = flow(LINEAR, layer -> layer.parameters().get(1).set(weights)).hiddenGradientNorm();
    var d = new double[HIDDEN]; // dL/dh_t = Wᵀ dL/dh_{t+1}
    java.util.Arrays.fill(d, 1);
    for (int t = STEPS - 1; t >= 0; t--) {
      double norm = Math.sqrt(java.util.Arrays.stream(d).map(v -> v * v).sum());
      assertEquals(norm, norms[t], 1e-5 * norm, "step " + t);
      var before = new double[HIDDEN];
      for (int i = 0; i < weights.length; i++) {
        before[i % HIDDEN] += weights[i] * d[i / HIDDEN];
      }
      d = before;
    }
  }

  @Test
  void tanhFlattensWhatTheLinearNetworkHolds() {
    var linear = scaled(LINEAR, 1).hiddenGradientNorm();
    var tanh = scaled(Cells.ELMAN, 1).hiddenGradientNorm();
    for (int t = 0; t < STEPS - 1; t++) {
      assertTrue(tanh[t] < linear[t], "step " + t);
    }
    assertEquals(GradientFlow.Trend.VANISHES, scaled(Cells.ELMAN, 1).trend());
  }

  @Test
  void lstmHoldsLongerTheMoreItsForgetGateIsOpen() {
    int previous = scaled(Cells.ELMAN, 1).effectiveMemory();
    for (double bias : new double[] {1, 2, 4}) {
      int memory = flow(Cells.LSTM.withInitialBias("f", bias), _ -> {}).effectiveMemory();
      assertTrue(memory > previous || memory == STEPS, bias + ": " + memory + " > " + previous);
      previous = memory;
    }
    assertEquals(STEPS, previous);
  }

  @Test
  void whatIsBeyondAllNumbersExplodes() {
    assertEquals(GradientFlow.Trend.EXPLODES, scaled(LINEAR, 1e3f).trend());
    assertEquals("explodes", scaled(LINEAR, 1e30f).trend().toString());
  }
}

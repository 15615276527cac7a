package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.Initializer;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LossesTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final ParameterStore.Builder builder = new ParameterStore.Builder();
  private final Parameter logits = builder.matrix("logits", 4, 3, Initializer.uniform(2));
  private final ParameterStore store = builder.build(backend, 5);

  private static final Sequences TOKENS =
      Sequences.ofTokens(List.of(new int[] {2, -1, 0}, new int[] {1}));
  private static final Sequences NUMBERS =
      Sequences.ofFeatures(
          List.of(
              new float[][] {{0, 1, 1}, {1, 0, 0.5f}, {0.2f, 1, 0}}, new float[][] {{1, 1, 0}}));
  private static final List<float[]> WEIGHTS = List.of(new float[] {1, 0.5f, 0}, new float[] {2});

  @AfterEach
  void close() {
    store.close();
    backend.close();
  }

  private void check(Function<Tensor, Tensor> loss) {
    FiniteDifferences.check(
        backend, store, tape -> loss.apply(tape.of(logits).withLayout(TOKENS.layout())).times(3));
  }

  @Test
  void gradientsAreThoseOfTheValues() {
    check(z -> Losses.crossEntropy(z, TOKENS));
    check(z -> Losses.crossEntropy(z, TOKENS, 0.2));
    check(z -> Losses.crossEntropy(z, TOKENS.weighted(WEIGHTS)));
    check(z -> Losses.binaryCrossEntropy(z, NUMBERS));
    check(z -> Losses.binaryCrossEntropy(z, NUMBERS.weighted(WEIGHTS)));
    check(z -> Losses.meanSquaredError(z, NUMBERS.ignoringBefore(1)));
    check(z -> Losses.halfSquaredError(z, NUMBERS.weighted(WEIGHTS)));
    check(z -> Losses.crossEntropy(z, TOKENS).plus(Losses.meanSquaredError(z, NUMBERS)));
  }

  @Test
  void crossEntropySumsAreThoseOfEachSequenceAlone() {
    float[][] rows = {{1, -2, 0.5f}, {0, 3, 1}, {-1, 0.2f, 2}, {0.1f, 0, -4}, {5, 1, 0}};
    var sequences = List.of(new int[] {2}, new int[] {}, new int[] {0, 1, -1, 2});
    var weights = List.of(new float[] {3}, new float[] {}, new float[] {1, 0.5f, 1, 0});
    try (var tape = Tape.evaluation(backend)) {
      var given =
          Sequences.ofFeatures(
              List.of(
                  new float[][] {rows[0]},
                  new float[][] {},
                  new float[][] {rows[1], rows[2], rows[3], rows[4]}));
      var tokens = Sequences.ofTokens(sequences);
      var sums = Losses.crossEntropySums(tape.input(given), tokens);
      double first = loss(rows[0], 2);
      assertArrayEquals(
          new double[] {first, 0, loss(rows[1], 0) + loss(rows[2], 1) + loss(rows[4], 2)},
          sums,
          1e-6);
      var weighted = Losses.crossEntropySums(tape.input(given), tokens.weighted(weights));
      assertArrayEquals(
          new double[] {3 * first, 0, loss(rows[1], 0) + loss(rows[2], 1) / 2}, weighted, 1e-6);
      double mean = Losses.crossEntropy(tape.input(given), tokens).item();
      assertEquals(mean * 4, sums[0] + sums[1] + sums[2], 1e-5);
    }
  }

  private static double loss(float[] row, int target) {
    double sum = 0;
    for (float logit : row) {
      sum += Math.exp(logit);
    }
    return Math.log(sum) - row[target];
  }

  @Test
  void aWeightedMeanDividesByTheWeights() {
    try (var tape = Tape.evaluation(backend)) {
      var zeros = tape.constant(new float[12], 4, 3).withLayout(TOKENS.layout());
      // All classes alike: every target costs ln 3, however they are weighted.
      assertEquals(Math.log(3), Losses.crossEntropy(zeros, TOKENS).item(), 1e-6);
      assertEquals(Math.log(3), Losses.crossEntropy(zeros, TOKENS.weighted(WEIGHTS)).item(), 1e-6);
      // Squares of the targets: ((0 + 1 + 1) 1 + (1 + 0.25) 0.5 + (1 + 1) 2) / (3.5 * 3).
      assertEquals(
          6.625 / 10.5, Losses.meanSquaredError(zeros, NUMBERS.weighted(WEIGHTS)).item(), 1e-6);
    }
  }

  @Test
  void withoutTargetsTheLossIsZero() {
    var none = Sequences.ofTokens(List.of(new int[] {-1, -100, -1}, new int[] {-5}));
    try (var tape = Tape.evaluation(backend)) {
      store.clearGradients();
      var loss = Losses.crossEntropy(tape.of(logits).withLayout(none.layout()), none);
      tape.backward(loss);
      assertEquals(0, loss.item());
      assertArrayEquals(new float[12], logits.gradientToArray());
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (var tape = Tape.evaluation(backend)) {
      var z = tape.of(logits).withLayout(TOKENS.layout());
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Losses.crossEntropy(z, Sequences.ofLabels(1, 2, 3)));
      assertEquals("targets: expected sequences of lengths (3, 1), got (1, 1, 1)", e.getMessage());
      var tooLarge = Sequences.ofTokens(List.of(new int[] {2, 3, 0}, new int[] {1}));
      e = assertThrows(IllegalArgumentException.class, () -> Losses.crossEntropy(z, tooLarge));
      assertEquals(
          "targets: expected tokens below the 3 classes of the logits, got 3", e.getMessage());
      assertThrows(
          IllegalArgumentException.class, () -> Losses.meanSquaredError(z.columns(0, 2), NUMBERS));
    }
  }
}

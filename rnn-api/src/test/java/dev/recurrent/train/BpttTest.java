package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Pooling;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BpttTest {
  private static final int STEPS = 12;

  /** Sequences of unequal lengths, 0 and the full length among them. */
  private static Batch batch() {
    var random = new SplittableRandom(8);
    var inputs = new ArrayList<int[]>();
    var targets = new ArrayList<int[]>();
    for (int length : new int[] {5, STEPS, 0, 7, 1}) {
      inputs.add(random.ints(length, 0, TinyModel.VOCABULARY).toArray());
      targets.add(random.ints(length, -1, TinyModel.VOCABULARY).toArray());
    }
    return Batch.of(Sequences.ofTokens(inputs), Sequences.ofTokens(targets));
  }

  private record Result(double[] gradient, double loss, List<float[]> states) {}

  private static Result run(Bptt bptt, Batch batch) {
    try (var backend = new ReferenceBackend();
        var model = new TinyModel(Cells.LSTM, 0);
        var state = new RecurrentState();
        var tape = Tape.evaluation(backend)) {
      model.build(backend, 4);
      double loss = bptt.backward(tape, model::loss, batch, state);
      return new Result(
          FiniteDifferences.copy(model.store().gradients()),
          loss,
          List.copyOf(state.save().values()));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,12", "3,12", "3,100", "4,13", "5,12", "5,14", "12,12", "100,100"})
  void lookingBackOverAllStepsIsFullBptt(int k1, int k2) {
    var full = run(Bptt.FULL, batch());
    var truncated = run(Bptt.truncated(k1, k2), batch());
    // The scales of the windows are floats: two roundings of 6e-8 on gradients of up to 0.3.
    assertArrayEquals(full.gradient, truncated.gradient, 5e-8);
    assertEquals(full.loss, truncated.loss, 1e-7);
    for (int i = 0; i < full.states.size(); i++) {
      assertArrayEquals(full.states.get(i), truncated.states.get(i), "state " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,3", "3,6", "3,7", "5,8"})
  void lookingBackLessChangesTheGradientButNotTheLoss(int k1, int k2) {
    var full = run(Bptt.FULL, batch());
    var truncated = run(Bptt.truncated(k1, k2), batch());
    assertEquals(full.loss, truncated.loss, 1e-7);
    assertTrue(distance(full.gradient, truncated.gradient) > 1e-5);
    for (int i = 0; i < full.states.size(); i++) {
      assertArrayEquals(full.states.get(i), truncated.states.get(i), 1e-6f, "state " + i);
    }
  }

  @Test
  void lookingBackFurtherComesCloserToTheFullGradient() {
    var full = run(Bptt.FULL, batch()).gradient;
    double one = distance(full, run(Bptt.truncated(2, 2), batch()).gradient);
    double two = distance(full, run(Bptt.truncated(2, 8), batch()).gradient);
    assertTrue(two < one, two + " < " + one);
  }

  @ParameterizedTest
  @CsvSource({"1,1,9", "4,4,9", "4,6,9", "4,100,8", "100,100,9", "3,3,0"})
  void windowsCountEachStepOnce(int k1, int k2, int steps) {
    var bptt = Bptt.truncated(k1, k2);
    int next = 0;
    for (int i = 0; i < bptt.windows(steps); i++) {
      var window = bptt.window(i, steps);
      assertEquals(next, window.lossFrom());
      assertTrue(window.from() >= 0 && window.from() <= window.lossFrom());
      assertTrue(window.to() - window.from() <= k2);
      next = window.to();
    }
    assertEquals(steps, next);
  }

  @Test
  void aRowsStateIsResetAlone() {
    var tokens = Sequences.timeMajor(new int[] {1, 2, 3, 4}, 2, 2);
    try (var backend = new ReferenceBackend();
        var model = new TinyModel(Cells.GRU, 0);
        var state = new RecurrentState();
        var tape = Tape.inference(backend)) {
      model.build(backend, 4);
      var fresh = model.logits(tape, tokens, state).unpack();
      state.reset(1);
      var again = model.logits(tape, tokens, state).unpack();
      assertArrayEquals(fresh.get(1), again.get(1));
      assertTrue(!Arrays.equals(fresh.get(0)[0], again.get(0)[0]));
      state.reset();
      assertArrayEquals(fresh.get(0), model.logits(tape, tokens, state).unpack().get(0));
      var three = Sequences.timeMajor(new int[3], 1, 3);
      var e = assertThrows(IllegalArgumentException.class, () -> model.logits(tape, three, state));
      assertEquals("state: expected the same 2 sequences as before, got 3", e.getMessage());
    }
  }

  @Test
  void targetsOfWholeSequencesNeedFullBptt() {
    var batch = Batch.of(batch().inputs(), Sequences.ofLabels(1, 2, 3, 4, 5));
    var e = assertThrows(IllegalArgumentException.class, () -> run(Bptt.truncated(3), batch));
    assertEquals(
        "truncated BPTT with a target for each step of the inputs: expected sequences of lengths"
            + " (5, 12, 0, 7, 1), got (1, 1, 1, 1, 1)",
        e.getMessage());
  }

  @Test
  void gradientFlowIsTheGradientOfEachState() {
    try (var backend = new ReferenceBackend();
        var model = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 4);
      var tokens = Sequences.timeMajor(new int[] {1, 2, 3, 4, 5, 6, 0, 1}, 8, 1);
      LossFunction lastStep =
          (tape, batch, state) -> {
            var h = model.recurrent.on(tape, model.embedding.on(tape, batch.inputs()));
            return Losses.crossEntropy(model.output.on(tape, Pooling.last(h)), batch.targets());
          };
      var flow = Bptt.gradientFlow(model, lastStep, Batch.of(tokens, Sequences.ofLabels(3)));
      var norms = flow.hiddenGradientNorm();
      assertEquals(8, norms.length);
      assertTrue(flow.states().contains("recurrent.h_l0"), flow.toString());
      // The state after step 5 of the upper layer, perturbed by hand.
      assertEquals(stateGradientNorm(model, tokens, backend), norms[7], 1e-6);
      assertArrayEquals(
          new double[model.store().gradients().columns()],
          FiniteDifferences.copy(model.store().gradients()));
    }
  }

  /** Returns ‖dL/dh‖ of the last step, which is that of the output layer's input. */
  private static double stateGradientNorm(
      TinyModel model, Sequences tokens, ReferenceBackend backend) {
    try (var tape = Tape.evaluation(backend)) {
      var h = model.recurrent.on(tape, model.embedding.on(tape, tokens));
      var last = Pooling.last(h).retainGradient();
      tape.backward(Losses.crossEntropy(model.output.on(tape, last), Sequences.ofLabels(3)));
      double sum = 0;
      for (float g : last.gradientToArray()) {
        sum += (double) g * g;
      }
      model.store().clearGradients();
      return Math.sqrt(sum);
    }
  }

  @Test
  void effectiveMemoryCountsTheStepsAboveOnePercent() {
    // h' = tanh(h / 2) with h = 0: each step halves the gradient, and 2^-6 > 1 % > 2^-7.
    try (var backend = new ReferenceBackend();
        var model = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 4);
      for (var parameter : model.parameters()) {
        if (parameter.name().contains("weight_h_")) {
          var half = new float[25];
          for (int i = 0; i < 5; i++) {
            half[i * 6] = 0.5f;
          }
          parameter.set(half);
        } else if (!parameter.name().startsWith("output")) {
          parameter.set(new float[parameter.size()]);
        }
      }
      LossFunction lastStep =
          (tape, batch, state) ->
              Losses.crossEntropy(
                  model.output.on(
                      tape,
                      Pooling.last(
                          model.recurrent.on(tape, model.embedding.on(tape, batch.inputs())))),
                  batch.targets());
      var tokens = Sequences.timeMajor(new int[30], 30, 1);
      var flow = Bptt.gradientFlow(model, lastStep, Batch.of(tokens, Sequences.ofLabels(3)));
      var norms = flow.hiddenGradientNorm();
      assertEquals(norms[29] / 2, norms[28], 1e-6f);
      assertEquals(norms[29] / 64, norms[23], 1e-6f);
      assertEquals(7, flow.effectiveMemory(), flow.toString());
      assertTrue(flow.gradientNorm("recurrent.h_l0").length == 30);
      assertThrows(IllegalArgumentException.class, () -> flow.gradientNorm("recurrent.c_l0"));
    }
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }
}

package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.Initializer;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Tape;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final ParameterStore.Builder builder = new ParameterStore.Builder();
  private final Parameter p = builder.vector("p", 3, Initializer.constant(1));
  private final ParameterStore store = builder.build(backend, 1);

  @AfterEach
  void close() {
    store.close();
    backend.close();
  }

  private void backward(float... gradient) {
    store.clearGradients();
    try (var tape = Tape.training(backend, 1)) {
      tape.backward(tape.of(p).times(tape.constant(gradient, 3, 1)).sum());
    }
  }

  @Test
  void anOptimizerOfOnesOwnIsItsEquations() {
    var lion =
        Optimizer.named(
            "lion",
            0.5,
            u -> {
              var m = u.moment("m");
              var direction = m.times(0.9).plus(u.gradient().times(0.1)).sign();
              u.next("m", m.times(0.99).plus(u.gradient().times(0.01)));
              u.update(u.parameter().minus(direction.times(u.learningRate())));
            });
    try (var updater = new Updater(lion, store)) {
      backward(4, -3, 0);
      updater.step();
      assertArrayEquals(new float[] {0.5f, 1.5f, 1}, p.toArray());
      updater.step(0.25);
      assertArrayEquals(new float[] {0.25f, 1.75f, 1}, p.toArray());
      assertEquals(2, updater.steps());
      assertEquals(0.0796f, updater.save().get("m")[0], 1e-6f);
    }
  }

  @Test
  void wrongEquationsAreRefusedByName() {
    assertMessage(
        "mine: update: expected update(…), got none",
        () -> new Updater(Optimizer.named("mine", 1, u -> {}), store));
    assertMessage(
        "mine: moment m: expected next(\"m\", …), got none",
        () -> new Updater(Optimizer.named("mine", 1, u -> u.update(u.moment("m"))), store));
    assertMessage(
        "mine: next v: expected a moment out of [], got none",
        () -> new Updater(Optimizer.named("mine", 1, u -> u.next("v", u.gradient())), store));
    assertMessage(
        "learning rate: expected a number of at least 0, got -1.0",
        () -> Adam.withLearningRate(-1));
    assertMessage(
        "beta1: expected a number in [0, 1), got 1.0",
        () -> Adam.withLearningRate(1).withBetas(1, 0.9));
  }

  @Test
  void momentsOfAnotherSizeAreRefused() {
    try (var updater = Adam.withLearningRate(1).on(new EmptyModel())) {
      assertThrows(
          IllegalArgumentException.class, () -> updater.restore(Map.of("m", new float[2]), 1));
    }
  }

  private final class EmptyModel extends dev.recurrent.layer.Model {
    EmptyModel() {
      build(backend, 1);
    }
  }

  @Test
  void clippingByNormKeepsTheDirection() {
    try (var clipping = GradientClipping.byNorm(store, 1)) {
      backward(3, -4, 0);
      clipping.apply();
      assertEquals(5, clipping.lastNorm());
      assertArrayEquals(new float[] {0.6f, -0.8f, 0}, p.gradientToArray(), 1e-6f);
      backward(0.3f, -0.4f, 0);
      clipping.apply();
      assertArrayEquals(new float[] {0.3f, -0.4f, 0}, p.gradientToArray());
    }
  }

  @Test
  void clippingByValueCutsEachElement() {
    try (var clipping = GradientClipping.byValue(store, 1)) {
      backward(3, -4, 0.5f);
      clipping.apply();
      assertArrayEquals(new float[] {1, -1, 0.5f}, p.gradientToArray());
    }
    try (var clipping = GradientClipping.none(store)) {
      backward(3, -4, 0);
      clipping.apply();
      assertArrayEquals(new float[] {3, -4, 0}, p.gradientToArray());
      assertEquals(5, clipping.lastNorm());
    }
  }

  @Test
  void rangesLeaveFrozenParametersOut() {
    var three = new ParameterStore.Builder();
    var a = three.vector("a", 3, Initializer.constant(1));
    var b = three.matrix("b", 4, 5, Initializer.constant(1));
    var c = three.vector("c", 17, Initializer.constant(1));
    try (var all = three.build(backend, 1)) {
      assertEquals(
          java.util.List.of(new ParameterStore.Range(0, 80)), all.ranges(parameter -> true));
      assertEquals(
          java.util.List.of(new ParameterStore.Range(0, 48)), all.ranges(p -> !p.equals(c)));
      var decaying = new AdamW(0.1, 0.9, 0.999, 1e-8, 0.5);
      var trained = all.ranges(parameter -> !parameter.equals(b));
      try (var clipping = GradientClipping.of(new Training.Clip(1, 0), all, trained);
          var updater =
              new Updater(
                  decaying, all, java.util.List.of(new Updater.Part(decaying, null, trained)));
          var tape = Tape.training(backend, 1)) {
        var loss = tape.of(a).times(3).sum().plus(tape.of(b).times(100).sum());
        tape.backward(loss.plus(tape.of(c).sum()));
        clipping.apply();
        assertEquals(Math.sqrt(3 * 9 + 17), clipping.lastNorm(), 1e-5);
        assertEquals(1 / Math.sqrt(44), c.gradientToArray()[16], 1e-5);
        assertEquals(100, b.gradientToArray()[0]);
        updater.step();
        assertEquals(0.85f, a.toArray()[2], 1e-6f);
        assertArrayEquals(filled(20, 1), b.toArray());
        assertEquals(0.85f, c.toArray()[16], 1e-6f);
      }
    }
  }

  private static float[] filled(int size, float value) {
    var values = new float[size];
    java.util.Arrays.fill(values, value);
    return values;
  }

  @Test
  void schedulesAreAsDescribed() {
    assertEquals(2, Schedule.constant().learningRate(2, at(50, 100, 3)));
    assertEquals(2, Schedule.decayAfter(4, 0.5).learningRate(2, at(0, 100, 3)));
    assertEquals(1, Schedule.decayAfter(4, 0.5).learningRate(2, at(0, 100, 4)), 1e-12);
    assertEquals(0.25, Schedule.decayAfter(4, 0.5).learningRate(2, at(0, 100, 6)), 1e-12);
    assertEquals(1, Schedule.decayAfter(0, 0.5).learningRate(2, at(0, 100, 0)), 1e-12);
    var cosine = Schedule.cosine(10, 0.5);
    assertEquals(0.2, cosine.learningRate(2, at(0, 110, 0)), 1e-12);
    assertEquals(2, cosine.learningRate(2, at(9, 110, 0)), 1e-12);
    assertEquals(2, cosine.learningRate(2, at(10, 110, 0)), 1e-12);
    assertEquals(1.25, cosine.learningRate(2, at(60, 110, 0)), 1e-12);
    assertEquals(0.5, cosine.learningRate(2, at(110, 110, 0)), 1e-12);
    assertEquals(0.5, cosine.learningRate(2, at(500, 110, 0)), 1e-12);
  }

  /** The values of PyTorch's ReduceLROnPlateau with factor 0.1 and patience 1. */
  @Test
  void aPlateauLowersTheRate() {
    var schedule = Schedule.reduceOnPlateau(0.1, 1);
    double[] losses = {1, 0.9, 0.9, 0.89995, 0.95, 0.5, 0.6, 0.6, 0.6, 0.6};
    double[] rates = {1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001};
    for (int i = 0; i < losses.length; i++) {
      schedule.validated(losses[i]);
      assertEquals(rates[i], schedule.learningRate(1, at(0, 1, 0)), 1e-12, "validation " + i);
      var copy = Schedule.reduceOnPlateau(0.1, 1);
      copy.restore(schedule.save());
      schedule = copy;
    }
  }

  private static Schedule.Progress at(long update, long total, int epoch) {
    return new Schedule.Progress(update, total, epoch);
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}

package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Initializer;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionTest {
  private static final int SIZE = 3;
  private static final int[] SOURCE = {2, 0, 4, 1, 5};
  private static final int[] TARGET = {3, 2, 1, 0, 4};

  static List<Supplier<Attention>> attentions() {
    return List.of(
        () -> Attention.additive(4).between(SIZE, SIZE),
        () -> Attention.general().between(SIZE, SIZE),
        () -> Attention.general().scaled().between(SIZE, SIZE),
        () -> Attention.dot().between(SIZE, SIZE),
        () -> Attention.dot().scaled().between(SIZE, SIZE));
  }

  /** An attention whose queries and source are parameters, so that their gradients are checked. */
  private static final class Attending extends Model {
    final List<Parameter> inputs = new ArrayList<>();
    final Attention attention;
    final SequenceLayout source;
    final SequenceLayout target;
    final Layer given;

    Attending(Attention attention, int[] sourceLengths, int[] targetLengths) {
      this.attention = add("attention", attention);
      source = SequenceLayout.ofLengths(sourceLengths);
      target = SequenceLayout.ofLengths(targetLengths);
      given =
          add(
              "given",
              new Layer() {
                @Override
                protected void declare(Declaration declaration) {
                  var random = Initializer.uniform(1);
                  inputs.add(declaration.matrix("source", source.totalRows(), SIZE, random));
                  inputs.add(declaration.matrix("target", target.totalRows(), SIZE, random));
                }
              });
    }

    Tensor source(Tape tape) {
      return tape.of(inputs.get(0)).withLayout(source);
    }

    Tensor queries(Tape tape) {
      return tape.of(inputs.get(1)).withLayout(target);
    }

    AttentionResult on(Tape tape) {
      return attention.on(attention.memory(source(tape)), queries(tape));
    }
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void contextsAndWeightsAreThoseOfPlainLoops(Supplier<Attention> attention) {
    try (var backend = new ReferenceBackend();
        var model = new Attending(attention.get(), SOURCE, TARGET);
        var tape = Tape.inference(backend)) {
      model.build(backend, 5);
      var source = model.source(tape).unpack();
      var queries = model.queries(tape).unpack();
      var result = model.on(tape);
      var contexts = result.contexts().unpack();
      var weights = result.weights().unpack();
      for (int b = 0; b < SOURCE.length; b++) {
        for (int t = 0; t < TARGET[b]; t++) {
          var want = weights(model, queries.get(b)[t], source.get(b));
          assertEquals(want.length, weights.get(b)[t].length);
          for (int k = 0; k < want.length; k++) {
            assertEquals(want[k], weights.get(b)[t][k], 1e-6);
          }
          for (int c = 0; c < SIZE; c++) {
            double context = 0;
            for (int k = 0; k < want.length; k++) {
              context += want[k] * source.get(b)[k][c];
            }
            assertEquals(context, contexts.get(b)[t][c], 1e-6);
          }
        }
      }
    }
  }

  private static double[] weights(Attending model, float[] query, float[][] keys) {
    var scores = new double[keys.length];
    double total = 0;
    for (int k = 0; k < keys.length; k++) {
      scores[k] = Math.exp(score(model, query, keys[k]));
      total += scores[k];
    }
    for (int k = 0; k < keys.length; k++) {
      scores[k] /= total;
    }
    return scores;
  }

  private static double score(Attending model, float[] query, float[] key) {
    boolean scaled = "true".equals(model.attention.configuration().get("scaled"));
    return unscaled(model, query, key) / (scaled ? Math.sqrt(query.length) : 1);
  }

  private static double unscaled(Attending model, float[] query, float[] key) {
    var parameters = model.attention.ownParameters();
    if (parameters.isEmpty()) {
      return dot(query, 0, key);
    }
    double score = 0;
    if (parameters.containsKey("weight")) {
      for (int i = 0; i < SIZE; i++) {
        score += query[i] * dot(values(model, "weight"), i * SIZE, key);
      }
      return score;
    }
    var vector = values(model, "score");
    for (int a = 0; a < vector.length; a++) {
      double sum =
          dot(values(model, "query"), a * SIZE, query) + dot(values(model, "key"), a * SIZE, key);
      score += vector[a] * Math.tanh(sum);
    }
    return score;
  }

  private static float[] values(Attending model, String name) {
    return java.util.Objects.requireNonNull(model.attention.ownParameters().get(name)).toArray();
  }

  private static double dot(float[] a, int from, float[] b) {
    double sum = 0;
    for (int i = 0; i < b.length; i++) {
      sum += (double) a[from + i] * b[i];
    }
    return sum;
  }

  @Test
  void additiveScoreIsNotScaled() {
    var refused = assertThrows(IllegalStateException.class, () -> Attention.additive(4).scaled());
    assertEquals(
        "scaled: expected a score that is a product, got an additive one", refused.getMessage());
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void gradientsAreThoseOfFiniteDifferences(Supplier<Attention> attention) {
    checkGradients(attention.get(), SOURCE, TARGET);
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void gradientsOfOneStepAreThoseOfFiniteDifferences(Supplier<Attention> attention) {
    checkGradients(attention.get(), new int[] {1}, new int[] {1});
    checkGradients(attention.get(), new int[] {0, 1, 3}, new int[] {1, 1, 1});
  }

  private static void checkGradients(Attention attention, int[] source, int[] target) {
    try (var backend = new ReferenceBackend();
        var model = new Attending(attention, source, target)) {
      model.build(backend, 5);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(3));
      FiniteDifferences.check(
          backend,
          model.store(),
          tape -> {
            var contexts = model.on(tape).contexts();
            return contexts.times(contexts).plus(contexts).sum();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("attentions")
  void queriesInAnyOrderGiveWhatTheyGiveAlone(Supplier<Attention> attention) {
    int[] sequences = {2, 0, 2, 1, 3, 0};
    try (var backend = new ReferenceBackend();
        var model = new Attending(attention.get(), SOURCE, new int[] {6});
        var tape = Tape.inference(backend)) {
      model.build(backend, 5);
      var memory = model.attention.memory(model.source(tape));
      var queries = model.queries(tape).withLayout(null);
      var together = model.attention.on(memory, queries, sequences);
      for (int r = 0; r < sequences.length; r++) {
        var alone = model.attention.on(memory, queries.sliceRows(r, 1), new int[] {sequences[r]});
        assertArrayEquals(
            alone.contexts().toArray(), together.contexts().sliceRows(r, 1).toArray(), 1e-6f);
        assertArrayEquals(alone.weights().rows()[0], together.weights().rows()[r], 1e-6f);
      }
    }
  }

  @Test
  void oneQueryForEachSequenceIsAStep() {
    try (var backend = new ReferenceBackend();
        var model =
            new Attending(
                Attention.general().between(SIZE, SIZE), SOURCE, new int[] {1, 1, 1, 1, 1});
        var tape = Tape.inference(backend)) {
      model.build(backend, 5);
      var memory = model.attention.memory(model.source(tape));
      var packed = model.on(tape).contexts();
      var rows = model.attention.on(memory, model.queries(tape).withLayout(null)).contexts();
      assertArrayEquals(packed.toArray(), rows.toArray());
      assertArrayEquals(new float[SIZE], rows.sliceRows(1, 1).toArray());
    }
  }

  @Test
  void wrongShapesAreRefused() {
    var refused = assertThrows(IllegalArgumentException.class, () -> Attention.dot().between(2, 3));
    assertTrue(refused.getMessage().contains("2 and 3"), refused.getMessage());
    try (var backend = new ReferenceBackend();
        var attention = Attention.general()) {
      assertThrows(IllegalStateException.class, () -> attention.build(backend, 1));
    }
    try (var backend = new ReferenceBackend();
        var model = new Attending(Attention.dot().between(SIZE, SIZE), SOURCE, TARGET);
        var tape = Tape.inference(backend)) {
      model.build(backend, 5);
      var memory = model.attention.memory(model.source(tape));
      var narrow = tape.constant(new float[5 * 2], 5, 2);
      var few = tape.constant(new float[4 * 3], 4, 3);
      assertThrows(IllegalArgumentException.class, () -> model.attention.on(memory, narrow));
      assertThrows(IllegalArgumentException.class, () -> model.attention.on(memory, few));
      assertThrows(IllegalArgumentException.class, () -> model.attention.memory(narrow));
    }
  }

  @Test
  void poolingIsTheWeightedMeanOfPlainLoops() {
    try (var backend = new ReferenceBackend();
        var pooling = AttentionPooling.of(SIZE, 4).build(backend, 2);
        var model = new Attending(Attention.dot().between(SIZE, SIZE), SOURCE, TARGET);
        var tape = Tape.inference(backend)) {
      model.build(backend, 5);
      FiniteDifferences.randomize(pooling.store(), new SplittableRandom(8));
      var x = model.source(tape);
      var parameters = pooling.parameters();
      var vector = parameters.get(0).toArray();
      var weight = parameters.get(1).toArray();
      var bias = parameters.get(2).toArray();
      var got = pooling.attend(tape, x);
      for (int b = 0; b < SOURCE.length; b++) {
        var steps = x.unpack().get(b);
        var want = new double[SIZE];
        double total = 0;
        for (var h : steps) {
          double score = 0;
          for (int a = 0; a < vector.length; a++) {
            score += vector[a] * Math.tanh(bias[a] + dot(weight, a * SIZE, h));
          }
          total += Math.exp(score);
          for (int c = 0; c < SIZE; c++) {
            want[c] += Math.exp(score) * h[c];
          }
        }
        for (int c = 0; c < SIZE; c++) {
          double mean = total == 0 ? 0 : want[c] / total;
          assertEquals(mean, got.contexts().sliceRows(b, 1).toArray()[c], 1e-6);
        }
        assertEquals(SOURCE[b], got.weights().rows()[b].length);
      }
    }
  }

  @Test
  void poolingsGradientsAreThoseOfFiniteDifferences() {
    try (var backend = new ReferenceBackend();
        var model =
            new Model() {
              final Attending inputs =
                  add("inputs", new Attending(Attention.dot().between(SIZE, SIZE), SOURCE, TARGET));
              final AttentionPooling pooling = add("pooling", AttentionPooling.of(SIZE, 4));
            }) {
      model.build(backend, 5);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(3));
      FiniteDifferences.check(
          backend,
          model.store(),
          tape -> {
            var y = model.pooling.on(tape, model.inputs.source(tape));
            return y.times(y).sum();
          });
    }
  }
}

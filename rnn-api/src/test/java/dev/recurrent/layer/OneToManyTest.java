package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.Cells;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** One vector becomes a sequence: as the initial state, or repeated at each step. */
class OneToManyTest {
  private static final float[][] VECTORS = {{1, -2}, {0.5f, 1}, {-1, 0.3f}};
  private static final List<int[]> TOKENS =
      List.of(new int[] {1, 2}, new int[] {}, new int[] {0, 2, 1, 1});

  private static final class Caption extends Model {
    final Embedding embedding = add("embedding", Embedding.of(3, 3));
    final Dense start = add("start", Dense.of(2, 4));
    final Recurrent fromState = add("fromState", Recurrent.of(Cells.GRU, 3, 4));
    final Recurrent fromStates = add("fromStates", Recurrent.of(Cells.LSTM, 3, 4).layers(2));
    final InitialStates all = add("all", InitialStates.of(2, fromStates));
    final Recurrent fromSteps = add("fromSteps", Recurrent.of(Cells.GRU, 3 + 2, 4));

    Tensor asInitialState(Tape tape, float[][] vectors, Sequences tokens) {
      var states = List.of(start.on(tape, constant(tape, vectors)));
      return fromState.run(tape, embedding.on(tape, tokens), states).output();
    }

    Tensor asAllInitialStates(Tape tape, float[][] vectors, Sequences tokens) {
      var states = all.on(tape, constant(tape, vectors));
      return fromStates.run(tape, embedding.on(tape, tokens), states).output();
    }

    Tensor atEachStep(Tape tape, float[][] vectors, Sequences tokens) {
      var repeated = constant(tape, vectors).repeat(tokens.layout());
      return fromSteps.on(tape, embedding.on(tape, tokens).joinColumns(repeated));
    }

    Tensor projectedAtEachStep(Tape tape, float[][] vectors, Sequences tokens) {
      var repeated = start.on(tape, constant(tape, vectors)).columns(1, 2).repeat(tokens.layout());
      return fromSteps.on(tape, embedding.on(tape, tokens).joinColumns(repeated));
    }

    private static Tensor constant(Tape tape, float[][] vectors) {
      var flat = new float[vectors.length * 2];
      for (int i = 0; i < vectors.length; i++) {
        System.arraycopy(vectors[i], 0, flat, 2 * i, 2);
      }
      return tape.constant(flat, vectors.length, 2);
    }
  }

  @Test
  void eachSequenceGoesOnFromItsOwnVector() {
    try (var backend = new ReferenceBackend();
        var model = new Caption();
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(2));
      var tokens = Sequences.ofTokens(TOKENS);
      var fromState = model.asInitialState(tape, VECTORS, tokens).unpack();
      var atEachStep = model.atEachStep(tape, VECTORS, tokens).unpack();
      for (int i = 0; i < VECTORS.length; i++) {
        var vector = new float[][] {VECTORS[i]};
        var alone = Sequences.ofTokens(List.of(TOKENS.get(i)));
        var state = model.asInitialState(tape, vector, alone).unpack().getFirst();
        assertArrayEquals(state, fromState.get(i));
        assertArrayEquals(byHand(tape, model, VECTORS[i], TOKENS.get(i)), atEachStep.get(i));
      }
    }
  }

  /** Joins the vector to the rows on the host. */
  private static float[][] byHand(Tape tape, Caption model, float[] vector, int[] tokens) {
    if (tokens.length == 0) {
      return new float[0][];
    }
    var table = model.embedding.weight().toArray();
    var x = new float[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = Arrays.copyOfRange(table, tokens[t] * 3, tokens[t] * 3 + 5);
      System.arraycopy(vector, 0, x[t], 3, 2);
    }
    return model.fromSteps.on(tape, tape.input(Sequences.ofSequence(x))).unpack().getFirst();
  }

  @Test
  void eachStateIsItsPartOfOneDenseLayer() {
    try (var backend = new ReferenceBackend();
        var model = new Caption();
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(2));
      var states = model.all.on(tape, Caption.constant(tape, VECTORS));
      var weight = model.all.parameters().get(0).toArray();
      var bias = model.all.parameters().get(1).toArray();
      assertEquals(4, states.size()); // h and c of two layers
      for (int s = 0; s < 4; s++) {
        var wanted = new float[VECTORS.length * 4];
        for (int i = 0; i < wanted.length; i++) {
          int unit = 4 * s + i % 4;
          var v = VECTORS[i / 4];
          wanted[i] =
              (float) Math.tanh(weight[2 * unit] * v[0] + weight[2 * unit + 1] * v[1] + bias[unit]);
        }
        assertArrayEquals(wanted, states.get(s).toArray(), 1e-6f);
      }
    }
  }

  @Test
  void stepsWithAContextAreThoseOfTheWholeSequence() {
    try (var backend = new ReferenceBackend();
        var model = new Caption();
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(2));
      var sequences = List.of(new int[] {1, 2, 0}, new int[] {2, 2, 1}, new int[] {0, 1, 2});
      var whole = model.atEachStep(tape, VECTORS, Sequences.ofTokens(sequences)).unpack();
      var vocabulary =
          new DecoderVocabulary() {
            @Override
            public Tensor embed(Tape on, Sequences tokens) {
              return model.embedding.on(on, tokens);
            }

            @Override
            public Tensor logits(Tape on, Tensor output) {
              return output;
            }
          };
      var starts = new int[] {1, 2, 0};
      try (var steps = RecurrentSteps.of(model.fromSteps, List.of(), vocabulary, starts)) {
        steps.withContext(Caption.constant(tape, VECTORS));
        // Sequence 0 goes on twice, 1 not at all, as in a beam.
        assertArrayEquals(
            concat(whole.get(0)[0], whole.get(1)[0], whole.get(2)[0]),
            steps.step(new int[] {0, 1, 2}, starts));
        assertArrayEquals(
            concat(whole.get(2)[1], whole.get(0)[1], whole.get(0)[1]),
            steps.step(new int[] {2, 0, 0}, new int[] {1, 2, 2}));
        assertArrayEquals(
            concat(whole.get(0)[2], whole.get(2)[2]),
            steps.step(new int[] {2, 0}, new int[] {0, 2}));
      }
    }
  }

  private static float[] concat(float[]... rows) {
    var all = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
    }
    return all;
  }

  @Test
  void theGradientReachesTheVector() {
    checkGradients(Caption::asInitialState);
    checkGradients(Caption::asAllInitialStates);
    checkGradients(Caption::projectedAtEachStep);
  }

  private interface Run {
    Tensor of(Caption model, Tape tape, float[][] vectors, Sequences tokens);
  }

  private static void checkGradients(Run run) {
    try (var backend = new ReferenceBackend();
        var model = new Caption()) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(2));
      FiniteDifferences.check(
          backend,
          model.store(),
          tape -> {
            var y = run.of(model, tape, VECTORS, Sequences.ofTokens(TOKENS));
            return y.times(y).sum();
          });
    }
  }
}

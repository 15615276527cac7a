package dev.recurrent.contract;

import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.decode.BeamSearch;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.layer.Attention;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Adam;
import dev.recurrent.train.Losses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Computes with one model in many threads at once, and compares the bits with those of one thread.
 * A backend's test extends this class.
 */
@Timeout(600)
public abstract class ConcurrencyContract {
  private static final int THREADS = 8;
  private static final int INPUT = 12;

  private static final CellDefinition OWN =
      CellDefinition.named(
          "own",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var slow = c.state("slow");
            var gate = sigmoid(c.linear("gate", x, h));
            var candidate = tanh(c.linear("candidate", x, gate.times(slow)));
            c.next("h", candidate.plus(gate.times(h.minus(candidate))));
            c.next("slow", slow.times(0.9).plus(candidate.times(0.1)));
          });

  /** Opens the backend. */
  protected abstract Backend open();

  /** Returns how many steps each thread takes. */
  protected int steps() {
    return 40;
  }

  /** Returns the hidden size. */
  protected int hidden() {
    return 10;
  }

  static List<CellDefinition> cells() {
    return List.of(Cells.LSTM, Cells.GRU, OWN);
  }

  private final class Network extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, INPUT));
    final Recurrent encoder;
    final Attention attention;
    final Dense output;

    Network(CellDefinition cell) {
      encoder = add("encoder", Recurrent.of(cell, INPUT, hidden()).layers(2).bidirectional());
      attention =
          add("attention", Attention.dot().between(encoder.outputSize(), encoder.outputSize()));
      output = add("output", Dense.of(encoder.outputSize(), 5));
    }

    Tensor on(Tape tape, Sequences tokens) {
      var h = encoder.on(tape, embedding.on(tape, tokens));
      return output.on(tape, attention.on(attention.memory(h), h).contexts().plus(h));
    }
  }

  /** Writes on from the start token. */
  private final class Writer extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, INPUT));
    final Recurrent recurrent;
    final Dense output = add("output", Dense.of(hidden(), 5));

    Writer(CellDefinition cell) {
      recurrent = add("recurrent", Recurrent.of(cell, INPUT, hidden()));
    }

    String best(int startToken) {
      var vocabulary = DecoderVocabulary.of(embedding, output);
      var start = new int[] {startToken};
      try (var steps = RecurrentSteps.of(recurrent, List.of(), vocabulary, start)) {
        return BeamSearch.width(4).maximumLength(9).endToken(0).best(steps).toString();
      }
    }
  }

  /** Runs all at once, each in a thread of its own, and fails with the first failure. */
  private static void together(List<? extends Callable<?>> works) throws Exception {
    try (var threads = Executors.newFixedThreadPool(works.size())) {
      var start = new CountDownLatch(works.size());
      var results =
          works.stream()
              .map(
                  work ->
                      threads.submit(
                          () -> {
                            start.countDown();
                            start.await(); // all begin together
                            return work.call();
                          }))
              .toList();
      for (var result : results) {
        result.get();
      }
    }
  }

  private static float[] noise(long seed, int size) {
    var random = new SplittableRandom(seed);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** Steps through a stream of its own, and returns a sum of all bits of all outputs. */
  private long stream(Recurrent layer, int stream) {
    long bits = 0;
    try (var stepper = layer.stepper()) {
      for (int t = 0; t < steps(); t++) {
        if (t % 50 == 49) {
          stepper.reset();
        }
        bits = 31 * bits + Arrays.hashCode(stepper.step(noise(1000L * stream + t, INPUT)));
      }
    }
    return bits;
  }

  private static Sequences ragged(int batch, long seed) {
    var random = new SplittableRandom(seed);
    var sequences = new ArrayList<int[]>();
    for (int i = 0; i < batch; i++) {
      sequences.add(random.ints(random.nextInt(9), 0, 5).toArray());
    }
    return Sequences.ofTokens(sequences);
  }

  private static float[] infer(Network network, int seed) {
    try (var tape = Tape.inference(network.backend())) {
      return network.on(tape, ragged(1 + 5 * (seed % 5), seed)).toArray();
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void streamsAndBatchesOfManyThreadsHaveTheBitsOfOne(CellDefinition cell) throws Exception {
    try (var backend = open();
        var layer = Recurrent.of(cell, INPUT, hidden()).layers(2).build(backend, 3);
        var network = new Network(cell);
        var writer = new Writer(cell)) {
      network.build(backend, 4);
      writer.build(backend, 5);
      int batches = Math.max(4, steps() / 20);
      var expected = new long[THREADS];
      for (int i = 0; i < THREADS; i++) {
        expected[i] = stream(layer, i);
      }
      var expectedBatches = new ArrayList<float[]>();
      for (int seed = 0; seed < batches; seed++) {
        expectedBatches.add(infer(network, seed));
      }
      var works = new ArrayList<Callable<?>>();
      for (int i = 0; i < THREADS; i++) {
        int stream = i;
        works.add(
            () -> {
              assertEquals(expected[stream], stream(layer, stream), "stream " + stream);
              return true;
            });
      }
      for (int i = 0; i < 3; i++) {
        int first = i;
        works.add(
            () -> {
              for (int b = 0; b < batches; b++) {
                int seed = (first + b) % batches;
                assertArrayEquals(expectedBatches.get(seed), infer(network, seed), "batch " + seed);
              }
              return true;
            });
      }
      var written = List.of(writer.best(1), writer.best(2));
      for (int i = 0; i < 2; i++) {
        int token = i + 1;
        works.add(
            () -> {
              for (int b = 0; b < batches; b++) {
                assertEquals(written.get(token - 1), writer.best(token));
              }
              return true;
            });
      }
      together(works);
    }
  }

  /** The first calls of all threads compile and pack. */
  @ParameterizedTest
  @MethodSource("cells")
  void theFirstCallsOfManyThreadsHaveTheBitsOfOne(CellDefinition cell) throws Exception {
    float[] expected;
    try (var backend = open();
        var network = new Network(cell)) {
      network.build(backend, 4);
      expected = infer(network, 3);
    }
    try (var backend = open();
        var network = new Network(cell)) {
      network.build(backend, 4);
      var works = new ArrayList<Callable<?>>();
      for (int i = 0; i < THREADS; i++) {
        works.add(
            () -> {
              assertArrayEquals(expected, infer(network, 3));
              return true;
            });
      }
      together(works);
    }
  }

  @Test
  void aSnapshotInfersBesideTrainingAndNeitherChangesTheOther() throws Exception {
    List<float[]> trainedAlone;
    try (var backend = open();
        var network = new Network(Cells.GRU)) {
      network.build(backend, 5);
      train(network);
      trainedAlone = values(network);
    }
    try (var backend = open();
        var network = new Network(Cells.GRU)) {
      network.build(backend, 5);
      var expected = infer(network, 3);
      try (var snapshot = network.snapshot(() -> new Network(Cells.GRU))) {
        var inferences = new AtomicInteger();
        var trained = new AtomicBoolean();
        Callable<Boolean> serving =
            () -> {
              do {
                assertArrayEquals(expected, infer(snapshot, 3));
                inferences.incrementAndGet();
              } while (!trained.get());
              return true;
            };
        together(
            List.of(
                () -> {
                  try {
                    train(network);
                  } finally {
                    trained.set(true);
                  }
                  return true;
                },
                serving,
                serving));
        assertTrue(inferences.get() > 1, () -> "inferences: " + inferences);
        assertArrayEquals(expected, infer(snapshot, 3));
      }
      var together = values(network);
      for (int i = 0; i < trainedAlone.size(); i++) {
        assertArrayEquals(trainedAlone.get(i), together.get(i));
      }
    }
  }

  private void train(Network network) {
    try (var tape = Tape.training(network.backend(), 6);
        var updater = Adam.withLearningRate(0.01).on(network)) {
      for (int update = 0; update < Math.max(5, steps() / 10); update++) {
        tape.reset();
        network.store().clearGradients();
        var tokens = ragged(7, update);
        tape.backward(Losses.crossEntropy(network.on(tape, tokens), tokens));
        updater.step();
      }
    }
  }

  private static List<float[]> values(Model model) {
    return model.parameters().stream().map(p -> p.toArray()).toList();
  }

  /** Two models of one backend have nothing in common but it. */
  @Test
  void twoModelsTrainAtOnceToTheBitsOfOneAfterTheOther() throws Exception {
    var expected = new ArrayList<List<float[]>>();
    try (var backend = open()) {
      for (int seed = 1; seed <= 2; seed++) {
        try (var network = new Network(Cells.LSTM)) {
          network.build(backend, seed);
          train(network);
          expected.add(values(network));
        }
      }
      try (var first = new Network(Cells.LSTM);
          var second = new Network(Cells.LSTM)) {
        first.build(backend, 1);
        second.build(backend, 2);
        together(List.of(() -> training(first), () -> training(second)));
        for (int i = 0; i < expected.getFirst().size(); i++) {
          assertArrayEquals(expected.getFirst().get(i), values(first).get(i));
          assertArrayEquals(expected.getLast().get(i), values(second).get(i));
        }
      }
    }
  }

  private boolean training(Network network) {
    train(network);
    return true;
  }
}

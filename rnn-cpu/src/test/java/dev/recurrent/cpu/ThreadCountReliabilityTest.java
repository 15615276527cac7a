package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Attention;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Adam;
import dev.recurrent.train.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trains whole networks with different numbers of threads to the same bits, at each lane width. */
@Tag("reliability")
@Tag("lanes")
class ThreadCountReliabilityTest {
  private static final int SYMBOLS = 11;
  private static final int UPDATES = 12;

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  private static final class Network extends Model {
    final Embedding embedding = add("embedding", Embedding.of(SYMBOLS, 23));
    final Recurrent recurrent;
    final Attention attention;
    final Dense output;

    Network(CellDefinition cell, int hidden) {
      recurrent =
          add("recurrent", Recurrent.of(cell, 23, hidden).layers(2).bidirectional().dropout(0.2));
      int size = recurrent.outputSize();
      attention = add("attention", Attention.additive(17).between(size, size));
      output = add("output", Dense.of(size, SYMBOLS));
    }

    Tensor on(Tape tape, Sequences tokens) {
      var h = recurrent.on(tape, embedding.on(tape, tokens));
      return output.on(tape, attention.on(attention.memory(h), h).contexts().plus(h));
    }
  }

  private static Sequences batch(int update) {
    var random = new SplittableRandom(update);
    var sequences = new ArrayList<int[]>();
    int count = 1 + random.nextInt(40);
    for (int i = 0; i < count; i++) {
      int length = update % 3 == 0 ? 20 : random.nextInt(30); // a third have equal lengths
      sequences.add(random.ints(length, 0, SYMBOLS).toArray());
    }
    return Sequences.ofTokens(sequences);
  }

  private static List<float[]> trained(CellDefinition cell, int hidden, int threads) {
    var values = new ArrayList<float[]>();
    try (var backend = AllWorkers.backend(threads);
        var network = new Network(cell, hidden)) {
      network.build(backend, 1);
      try (var tape = Tape.training(backend, 2);
          var updater = Adam.withLearningRate(0.01).on(network)) {
        for (int update = 0; update < UPDATES; update++) {
          tape.reset();
          network.store().clearGradients();
          var tokens = batch(update);
          tape.backward(Losses.crossEntropy(network.on(tape, tokens), tokens));
          updater.step();
        }
      }
      network.parameters().forEach(parameter -> values.add(parameter.toArray()));
      try (var tape = Tape.inference(backend)) {
        values.add(network.on(tape, batch(99)).toArray());
      }
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("cells")
  void trainingEndsAtTheBitsOfOneThread(CellDefinition cell) {
    for (int hidden : new int[] {33, 130}) {
      var expected = trained(cell, hidden, 1);
      for (int threads : new int[] {2, 3, 4, 16}) {
        var got = trained(cell, hidden, threads);
        for (int i = 0; i < expected.size(); i++) {
          var what = "hidden " + hidden + ", " + threads + " threads, value " + i;
          assertArrayEquals(expected.get(i), got.get(i), what);
        }
      }
    }
  }
}

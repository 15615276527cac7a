package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {
  private static final int[] LENGTHS = {3, 9, 1, 0, 4, 5, 12, 2, 7, 8, 3};
  private int made;

  /** The batches that know their steps. */
  enum Kind {
    BUCKETS,
    MINI_BATCHES,
    SHUFFLED,
    PREFETCHED
  }

  private Batches batches(Kind kind) {
    var miniBatches =
        MiniBatches.of(LENGTHS.length, 3, rows -> batch(Arrays.stream(rows).boxed().toList()))
            .withSteps(row -> LENGTHS[row]);
    return switch (kind) {
      case BUCKETS -> {
        var all = IntStream.range(0, LENGTHS.length).boxed().toList();
        yield Buckets.of(all, row -> LENGTHS[row], new Buckets.Order(3, 5), this::batch);
      }
      case MINI_BATCHES -> miniBatches;
      case SHUFFLED -> miniBatches.shuffled(4);
      case PREFETCHED -> Prefetch.of(miniBatches);
    };
  }

  private Batch batch(List<Integer> rows) {
    made++;
    var texts = rows.stream().map(row -> TinyModel.text(LENGTHS[row], row)).toList();
    return Batch.of(Sequences.ofTokens(texts), Sequences.ofTokens(texts));
  }

  @ParameterizedTest
  @EnumSource
  void stepsAreThoseOfTheBatchWhichIsNotMadeForThem(Kind kind) {
    var batches = batches(kind);
    for (int epoch : new int[] {0, 1, 5, 0}) {
      for (int i = 0; i < batches.count(); i++) {
        int before = made;
        int steps = batches.steps(epoch, i);
        assertEquals(before, made);
        assertEquals(batches.batch(epoch, i).steps(), steps, kind + " " + epoch + "/" + i);
        if (batches instanceof Prefetch prefetch) {
          prefetch.close(); // its next batch is not to be counted
          batches = batches(kind);
        }
      }
    }
    int count = batches.count();
    assertThrows(IndexOutOfBoundsException.class, () -> batches(kind).steps(0, count));
  }

  @Test
  void stepsOfOtherBatchesAreThoseOfTheBatch() {
    var text = TinyModel.text(100, 3);
    assertEquals(33, TokenStreams.of(text, 3).steps(0, 0));
    assertEquals(30, TokenStreams.of(text, 3).windows(10).steps(0, 0));
    assertEquals(12, Batches.of(batch(List.of(0)), batch(List.of(6, 1))).steps(2, 1));
    assertEquals(9, MiniBatches.of(11, 2, rows -> batch(List.of(rows[0], rows[1]))).steps(0, 0));
  }

  @ParameterizedTest
  @EnumSource(names = "PREFETCHED", mode = EnumSource.Mode.EXCLUDE)
  void truncatedTrainingMakesEachBatchOnceAndKnowsItsUpdates(Kind kind) throws IOException {
    var batches = batches(kind);
    var updates = new ArrayList<TrainingListener.Update>();
    try (var backend = new ReferenceBackend();
        var model = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 1);
      Training.of(model)
          .loss(model::loss)
          .truncatedBptt(4)
          .listener(
              new TrainingListener() {
                @Override
                public void updated(Update update) {
                  updates.add(update);
                }
              })
          .fit(batches, Budget.epochs(1));
    }
    assertEquals(batches.count(), made);
    assertEquals(updates.getLast().updateOfEpoch(), updates.getFirst().updatesPerEpoch());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 12})
  void weightOfAWindowIsThatOfItsBatch(int steps) {
    var inputs = Sequences.ofTokens(Arrays.stream(LENGTHS).mapToObj(int[]::new).toList());
    var targets =
        Sequences.ofTokens(Arrays.stream(LENGTHS).mapToObj(BatchesTest::ignored).toList());
    for (var known :
        List.<UnaryOperator<Sequences>>of(
            t -> t,
            t -> t.weighted(Arrays.stream(LENGTHS).mapToObj(BatchesTest::weights).toList()))) {
      var batch = Batch.of(inputs, known.apply(targets));
      double sum = 0;
      for (var bptt : List.of(Bptt.truncated(steps), Bptt.truncated(steps, steps + 3))) {
        for (int i = 0; i < bptt.windows(batch.steps()); i++) {
          var window = bptt.window(i, batch.steps());
          assertEquals(batch.window(window).targetWeight(), batch.targetWeight(window), 1e-9);
          sum += batch.targetWeight(window);
        }
      }
      assertEquals(2 * batch.targetWeight(), sum, 1e-9);
    }
  }

  /** Every third token is ignored. */
  private static int[] ignored(int length) {
    var tokens = new int[length];
    Arrays.setAll(tokens, i -> (i + length) % 3 == 0 ? Sequences.IGNORED : i);
    return tokens;
  }

  private static float[] weights(int length) {
    var weights = new float[length];
    for (int i = 0; i < length; i++) {
      weights[i] = i % 4 * 0.25f;
    }
    return weights;
  }

  @Test
  void windowOfTargetsThatAreNotStepByStepIsRefused() {
    var batch = Batch.of(Sequences.ofTokens(List.of(new int[] {1, 2, 3})), Sequences.ofLabels(1));
    assertEquals(1, batch.targetWeight(new Bptt.Window(0, 0, 3)));
    assertThrows(
        IllegalArgumentException.class, () -> batch.targetWeight(new Bptt.Window(0, 0, 2)));
  }
}

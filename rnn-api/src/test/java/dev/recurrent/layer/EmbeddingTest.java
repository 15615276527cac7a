package dev.recurrent.layer;

import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Initializer;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingTest {
  private static final Sequences TOKENS =
      Sequences.ofTokens(List.of(new int[] {4, 0, 1}, new int[] {}, new int[] {3, 2, 4, 1}));

  @TempDir Path folder;
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void givenVectorsAreWhereItStarts() {
    float[][] vectors = {{1, 2}, {3, 4}, {5, 6}};
    try (var embedding = Embedding.ofVectors(vectors).build(backend, 1)) {
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, embedding.weight().toArray());
    }
    try (var plain = Embedding.of(4, 2).build(backend, 7);
        var some = Embedding.of(4, 2)) {
      some.startingWith(1, vectors[2]).startingWith(3, vectors[0]).build(backend, 7);
      var expected = plain.weight().toArray();
      System.arraycopy(new float[] {5, 6}, 0, expected, 2, 2);
      System.arraycopy(new float[] {1, 2}, 0, expected, 6, 2);
      assertArrayEquals(expected, some.weight().toArray());
      assertThrows(IllegalStateException.class, () -> some.startingWith(0, vectors[0]));
    }
  }

  @Test
  void vectorsThatDoNotFitAreRefused() {
    assertMessage(
        "vector of token 1: expected 2 values, got 3",
        () -> Embedding.ofVectors(new float[][] {{1, 2}, {1, 2, 3}}));
    assertMessage(
        "vocabulary: expected at least 1, got 0", () -> Embedding.ofVectors(new float[0][]));
    assertMessage(
        "token: expected one from 0 to 3, got 4",
        () -> Embedding.of(4, 2).startingWith(4, new float[2]));
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  private static final class LanguageModel extends Model {
    final Embedding embedding =
        add("embedding", Embedding.of(5, 3).initialized(Initializer.uniform(0.5)));
    final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.GRU, 3, 3));
    final Dense output = add("output", Dense.tiedTo(embedding));

    Tensor logits(Tape tape, Sequences tokens) {
      return output.on(tape, recurrent.on(tape, embedding.on(tape, tokens)));
    }
  }

  @Test
  void aTiedWeightGetsTheGradientsOfBothUses() {
    try (var model = new LanguageModel()) {
      model.build(backend, 3);
      assertSame(model.embedding.weight(), model.output.weight());
      FiniteDifferences.check(
          backend, model.store(), tape -> crossEntropy(model.logits(tape, TOKENS), TOKENS));
    }
  }

  @Test
  void aTiedWeightIsSavedOnceAndLoaded() throws IOException {
    var file = folder.resolve("tied.safetensors");
    try (var model = new LanguageModel();
        var other = new LanguageModel();
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      other.build(backend, 4);
      model.save(file);
      var names = SafeTensors.read(file).names();
      assertTrue(names.containsAll(Set.of("embedding.weight", "output.bias")), names.toString());
      assertTrue(!names.contains("output.weight"), names.toString());
      other.load(file);
      assertArrayEquals(model.logits(tape, TOKENS).toArray(), other.logits(tape, TOKENS).toArray());
    }
  }

  @Test
  void aFrozenEmbeddingKeepsTheTiedWeight() throws IOException {
    try (var model = new LanguageModel()) {
      model.build(backend, 3);
      var before = model.output.weight().toArray();
      var recurrent = model.recurrent.parameters().getFirst().toArray();
      Training.of(model)
          .loss(
              (tape, batch, _) -> crossEntropy(model.logits(tape, batch.inputs()), batch.targets()))
          .freeze(model.embedding)
          .fit(Batches.of(Batch.of(TOKENS, TOKENS)), Budget.epochs(3));
      assertArrayEquals(before, model.output.weight().toArray());
      assertTrue(!Arrays.equals(recurrent, model.recurrent.parameters().getFirst().toArray()));
    }
  }

  @Test
  void aWeightIsTiedWithinOneModel() {
    var elsewhere = Embedding.of(5, 3);
    var alone = Dense.tiedTo(elsewhere).build(backend, 1);
    assertThrows(IllegalStateException.class, alone::weight);
    try (elsewhere;
        alone) {
      elsewhere.build(backend, 1);
      assertThrows(IllegalStateException.class, alone::weight);
      assertThrows(
          IllegalStateException.class,
          () -> Dense.tiedTo(elsewhere).initialized(Initializer.glorot()));
    }
  }

  /** A bag of words is the mean of the vectors of a text's tokens. */
  @Test
  void theMeanOfVectorsIsABagOfWords() {
    float[][] vectors = {{1, 0}, {0, 1}, {2, 4}};
    var texts = Sequences.ofTokens(List.of(new int[] {0, 2, 2}, new int[] {}, new int[] {1}));
    try (var embedding = Embedding.ofVectors(vectors).build(backend, 1);
        var tape = Tape.inference(backend)) {
      var bags = Pooling.mean(embedding.on(tape, texts)).toArray();
      assertArrayEquals(new float[] {5 / 3f, 8 / 3f, 0, 0, 0, 1}, bags, 1e-6f);
    }
  }
}

package dev.recurrent.tape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Attention;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.TimeDelay;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.train.Losses;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Tensors of two tapes, or of other sequences, do not go together. */
class MixedTensorsTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final Tape tape = Tape.training(backend, 1);
  private final Tape other = Tape.training(backend, 1);

  @AfterEach
  void close() {
    tape.close();
    other.close();
    backend.close();
  }

  private static Sequences lengths(int... lengths) {
    return Sequences.ofFeatures(
        Arrays.stream(lengths).mapToObj(length -> new float[length][2]).toList());
  }

  private static void assertRefused(String message, Executable call) {
    var e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  @Test
  void operationsRefuseTensorsOfAnotherTape() {
    var a = tape.variable(new float[4], 2, 2);
    var b = other.variable(new float[4], 2, 2);
    var row = other.variable(new float[2], 1, 2);
    Map<String, BinaryOperator<Tensor>> operations =
        Map.of(
            "plus", Tensor::plus,
            "times", Tensor::times,
            "multiply", Tensor::multiply,
            "multiplyTransposed", Tensor::multiplyTransposed,
            "joinColumns", Tensor::joinColumns,
            "joinRows", Tensor::joinRows);
    operations.forEach(
        (name, operation) -> {
          assertRefused(name + ": expected tensors of one tape", () -> operation.apply(a, b));
          assertRefused(name + ": expected tensors of one tape", () -> operation.apply(b, a));
        });
    assertRefused("plus: expected tensors of one tape", () -> a.minus(b));
    assertRefused("plusRow: expected tensors of one tape", () -> a.plusRow(row));
    assertRefused(
        "operation: expected tensors of one tape",
        () -> tape.record(tape.tensor(1, 1, null), List.of(b), () -> {}));
  }

  @Test
  void layersRefuseTensorsOfAnotherTape() {
    var x = other.variable(lengths(3, 1));
    try (var recurrent = Recurrent.of(Cells.GRU, 2, 3).build(backend, 1);
        var dense = Dense.of(2, 3).build(backend, 1);
        var delay = TimeDelay.of(2, 3, 2).build(backend, 1);
        var attention = Attention.dot().between(2, 2).build(backend, 1)) {
      assertRefused("Recurrent: expected tensors of one tape", () -> recurrent.on(tape, x));
      assertRefused(
          "Recurrent: expected tensors of one tape",
          () ->
              recurrent.run(
                  tape, tape.input(lengths(3, 1)), List.of(other.constant(new float[6], 2, 3))));
      assertRefused("multiplyTransposed: expected tensors", () -> dense.on(tape, x));
      assertRefused("operation: expected tensors of one tape", () -> delay.on(tape, x));
      assertRefused("dropout: expected tensors of one tape", () -> Dropout.of(0.5).on(tape, x));
      var memory = attention.memory(x);
      assertRefused(
          "operation: expected tensors of one tape",
          () -> attention.on(memory, tape.variable(lengths(3, 1))));
    }
  }

  /** Nothing is lost where nothing is recorded: decoding goes on from pass to pass. */
  @Test
  void aPassThatRecordsNothingGoesOnFromAnother() {
    try (var first = Tape.inference(backend);
        var second = Tape.inference(backend)) {
      var sum = first.constant(new float[] {1}, 1, 1).plus(second.constant(new float[] {2}, 1, 1));
      assertArrayEquals(new float[] {3}, sum.toArray());
    }
  }

  @Test
  void stepsOfOtherSequencesAreNotPutTogether() {
    var a = tape.input(lengths(3, 1));
    var swapped = tape.input(lengths(1, 3));
    var even = tape.input(lengths(2, 2));
    assertRefused("plus: expected sequences of lengths (3, 1), got (1, 3)", () -> a.plus(swapped));
    assertRefused("plus: expected sequences of lengths (3, 1), got (2, 2)", () -> a.minus(even));
    assertRefused(
        "times: expected sequences of lengths (1, 3), got (3, 1)", () -> swapped.times(a));
    assertRefused(
        "joinColumns: expected sequences of lengths (3, 1), got (1, 3)",
        () -> a.joinColumns(swapped));
    assertRefused(
        "targets: expected sequences of lengths (3, 1), got (1, 3)",
        () -> Losses.meanSquaredError(a, lengths(1, 3)));
    assertRefused(
        "targets: expected sequences of lengths (3, 1), got (2, 1, 1)",
        () -> Losses.binaryCrossEntropy(a, lengths(2, 1, 1)));
    // Rows without a meaning of their own go with any.
    assertEquals(a.layout(), a.plus(tape.constant(new float[8], 4, 2)).layout());
  }

  /** Three rows, as many as there are sequences, but not one of each. */
  @Test
  void aPlainPredictionGoesWithOneTargetForEachRow() {
    var prediction = tape.constant(new float[6], 3, 2);
    assertRefused(
        "targets: expected one for each of the 3 rows of the prediction, got lengths (2, 1, 0)",
        () -> Losses.meanSquaredError(prediction, lengths(2, 1, 0)));
    assertEquals(0, Losses.meanSquaredError(prediction, lengths(1, 1, 1)).item());
  }

  @Test
  void ofManySequencesTheFirstThatDiffersIsNamed() {
    var some = new int[64];
    Arrays.fill(some, 5);
    var more = some.clone();
    more[40] = 7;
    var a = lengths(some).layout();
    var b = lengths(more).layout();
    assertRefused(
        "x: expected sequences of 5 steps at index 40, got 7", () -> a.requireSame("x", b));
    assertEquals("lengths (5, 5, 5, 5, 5, 5, 5, 5, …) of 64 sequences", a.toString());
    assertArrayEquals(more, b.lengths());
  }
}

package dev.recurrent.tape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.SequenceLayout;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final ParameterStore.Builder builder = new ParameterStore.Builder();
  private final Parameter a = builder.matrix("a", 3, 4, Initializer.uniform(1));
  private final Parameter b = builder.matrix("b", 3, 4, Initializer.uniform(1));
  private final Parameter c = builder.matrix("c", 4, 2, Initializer.uniform(1));
  private final Parameter row = builder.vector("row", 4, Initializer.uniform(1));
  private final ParameterStore store = builder.build(backend, 5);

  @AfterEach
  void close() {
    store.close();
    backend.close();
  }

  /** Squares make the gradients of a sum differ from element to element. */
  private void check(Function<Tape, Tensor> value) {
    FiniteDifferences.check(
        backend,
        store,
        tape -> {
          var v = value.apply(tape);
          return v.times(v).sum();
        });
  }

  @Test
  void sumsAndProductsHaveTheirGradients() {
    check(t -> t.of(a).plus(t.of(b)).times(t.of(a)).minus(t.of(b).times(0.3)));
    check(t -> t.of(a).plusRow(t.of(row)));
    check(t -> t.of(a).mean());
  }

  @Test
  void anOperandUsedTwiceGetsBothGradients() {
    check(t -> t.of(a).times(t.of(a)));
    check(
        t -> {
          var x = t.of(a).times(2);
          return x.plus(x).times(x);
        });
  }

  @Test
  void aGradientThatIsHandedOnIsThatOfAllUses() {
    check(
        t -> {
          var x = t.of(a).times(2);
          var y = x.plus(t.of(b).times(3));
          var z = y.plusRow(t.of(row)).withLayout(SequenceLayout.uniform(3, 1));
          return z.times(x).plus(y).plus(z);
        });
  }

  @Test
  void aGradientThatIsRetainedIsNotHandedOn() {
    try (var tape = Tape.training(backend, 1)) {
      store.clearGradients();
      var x = tape.of(a).times(2);
      var kept = x.plusRow(tape.of(row)).retainGradient();
      tape.backward(kept.times(3).sum());
      assertArrayEquals(filled(12, 3), tape.read(kept.gradient()));
      assertArrayEquals(filled(12, 6), a.gradientToArray());
    }
  }

  @Test
  void productsAddToAGradientThatIsThere() {
    // What is recorded later goes back first, so that the products find a gradient.
    check(
        t -> {
          var x = t.of(a).times(2);
          var y = t.of(c).times(2);
          var products = x.multiply(y).sum().plus(x.multiplyTransposed(x).sum());
          return products.plus(x.times(x).sum()).plus(y.times(y).sum());
        });
  }

  @Test
  void matrixProductsHaveTheirGradients() {
    check(t -> t.of(a).multiply(t.of(c)));
    check(t -> t.of(a).multiplyTransposed(t.of(b)));
  }

  @Test
  void partsHaveTheirGradients() {
    check(t -> t.of(a).joinColumns(t.of(b)).columns(2, 5).times(0.7));
    check(t -> t.of(a).joinRows(t.of(b)).sliceRows(1, 4).times(1.5));
    check(t -> t.of(a).gatherRows(new int[] {2, -1, 0, 2}));
    check(t -> t.of(a).repeat(SequenceLayout.ofLengths(1, 3, 0)).times(2));
    check(t -> t.of(a).withLayout(SequenceLayout.uniform(3, 1)).times(2));
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void functionsHaveTheirGradients(UnaryOp function) {
    // Positive and away from 0, where all of them are smooth.
    check(t -> t.of(a).times(t.of(a)).plus(t.constant(filled(12, 0.5f), 3, 4)).apply(function));
  }

  @Test
  void lossThatDoesNotUseAParameterLeavesItsGradient() {
    try (var tape = Tape.training(backend, 1)) {
      store.clearGradients();
      tape.backward(tape.of(a).sum());
      assertArrayEquals(filled(12, 1), a.gradientToArray());
      assertArrayEquals(new float[12], b.gradientToArray());
    }
  }

  @Test
  void gradientsAddUpOverPasses() {
    try (var tape = Tape.training(backend, 1)) {
      store.clearGradients();
      for (int i = 0; i < 3; i++) {
        tape.reset();
        tape.backward(tape.of(a).sum(), 0.5f);
      }
      assertArrayEquals(filled(12, 1.5f), a.gradientToArray());
    }
  }

  @Test
  void aRowIsRepeatedInItsOwnSequence() {
    try (var tape = Tape.inference(backend)) {
      var rows = tape.constant(new float[] {1, 2, 3}, 3, 1);
      var repeated = rows.repeat(SequenceLayout.ofLengths(1, 0, 2)).unpack();
      assertArrayEquals(new float[][] {{1}}, repeated.get(0));
      assertArrayEquals(new float[][] {}, repeated.get(1));
      assertArrayEquals(new float[][] {{3}, {3}}, repeated.get(2));
    }
  }

  @Test
  void detachStopsTheGradient() {
    try (var tape = Tape.training(backend, 1)) {
      store.clearGradients();
      tape.backward(tape.of(a).detach().times(tape.of(b)).sum());
      assertArrayEquals(new float[12], a.gradientToArray());
      assertArrayEquals(a.toArray(), b.gradientToArray());
    }
  }

  @Test
  void aVariableKeepsItsGradient() {
    try (var tape = Tape.training(backend, 1)) {
      var x = tape.variable(new float[] {1, 2, 3}, 1, 3);
      tape.backward(x.times(x).sum());
      assertArrayEquals(new float[] {2, 4, 6}, x.gradientToArray());
    }
  }

  @Test
  void inferenceRecordsNothing() {
    try (var tape = Tape.inference(backend)) {
      var loss = tape.of(a).sum();
      var e = assertThrows(IllegalArgumentException.class, () -> tape.backward(loss));
      assertTrue(e.getMessage().startsWith("loss: expected"), e.getMessage());
    }
  }

  @Test
  void misuseIsRefusedWithExpectedAndGot() {
    try (var tape = Tape.training(backend, 1);
        var other = Tape.training(backend, 1)) {
      var x = tape.of(a);
      assertMessage("plus: expected [3, 4], got [4, 2]", () -> x.plus(tape.of(c)));
      assertMessage(
          "multiply: expected a right side of 4 rows, got [3, 4]", () -> x.multiply(tape.of(b)));
      assertMessage("loss: expected [1, 1], got [3, 4]", () -> tape.backward(x));
      assertMessage("row index: expected less than 3, got 3", () -> x.gatherRows(new int[] {0, 3}));
      var foreign = other.of(a).sum();
      assertThrows(IllegalArgumentException.class, () -> tape.backward(foreign));
      var loss = x.sum();
      tape.backward(loss);
      assertThrows(IllegalStateException.class, () -> tape.backward(loss));
      tape.reset();
      var e = assertThrows(IllegalStateException.class, loss::item);
      assertTrue(e.getMessage().contains("reset has freed"), e.getMessage());
    }
  }

  @Test
  void tensorsOfAPassShareNoMemory() {
    try (var tape = Tape.training(backend, 1)) {
      for (int pass = 0; pass < 4; pass++) {
        tape.reset();
        var tensors = new java.util.ArrayList<Tensor>();
        for (int i = 0; i < 4 + 3 * pass; i++) {
          tensors.add(tape.constant(filled(12, pass * 100 + i), 3, 4));
        }
        for (int i = 0; i < 4 + 3 * pass; i++) {
          assertArrayEquals(filled(12, pass * 100 + i), tensors.get(i).toArray());
        }
      }
    }
  }

  @Test
  void whatAPassThatFailedDidNotReleaseComesBackWithTheNextPass() {
    try (var tape = Tape.training(backend, 1)) {
      tape.temporary(5, 7);
      int allocations = tape.allocations();
      tape.reset();
      tape.temporary(5, 7);
      assertEquals(allocations, tape.allocations());
    }
  }

  @Test
  void passesOfEqualShapesAllocateNothing() {
    try (var tape = Tape.training(backend, 1)) {
      int allocations = 0;
      for (int i = 0; i < 5; i++) {
        tape.reset();
        tape.backward(tape.of(a).multiply(tape.of(c)).apply(UnaryOp.TANH).sum());
        allocations = i == 1 ? tape.allocations() : allocations;
      }
      assertEquals(allocations, tape.allocations());
    }
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  private static float[] filled(int size, float value) {
    var values = new float[size];
    java.util.Arrays.fill(values, value);
    return values;
  }
}

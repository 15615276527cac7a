package dev.recurrent.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.contract.RandomCells;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks what derivatives are made of; that their numbers are right is CellGradientTest's. */
class DerivativeTest {
  private static Stream<CellDefinition> cells() {
    return Stream.concat(Cells.all().stream(), LongStream.range(0, 60).mapToObj(RandomCells::cell));
  }

  /** Its output is all that the derivative of the hyperbolic tangent needs. */
  @Test
  void elmanSavesNothing() {
    assertEquals(List.of(), saved(Cells.ELMAN));
    assertEquals(List.of(), saved(Cells.ELMAN_RELU));
    assertEquals(List.of(), saved(Cells.INDRNN));
  }

  /** i, f, g, o and tanh(c'), but neither c', which is a state, nor a product. */
  @Test
  void lstmSavesItsGatesAndTheActivatedMemory() {
    assertEquals(
        List.of(UnaryOp.SIGMOID, UnaryOp.SIGMOID, UnaryOp.TANH, UnaryOp.SIGMOID, UnaryOp.TANH),
        savedActivations(Cells.LSTM));
    assertEquals(5, saved(Cells.LSTM).size());
  }

  /** r, z, n and the product that r is multiplied with. */
  @Test
  void gruSavesItsGatesAndTheProductBehindTheResetGate() {
    assertEquals(
        List.of(UnaryOp.SIGMOID, UnaryOp.SIGMOID, UnaryOp.TANH), savedActivations(Cells.GRU));
    assertEquals(4, saved(Cells.GRU).size());
    assertEquals(3, saved(Cells.GRU_RESET_BEFORE).size());
  }

  /** -s, relu(s) and s + s cost less than reading them back; s itself is saved once. */
  @Test
  void cheapFunctionsOfASavedValueAreComputedAgain() {
    var cell =
        CellDefinition.named(
            "cheap",
            c -> {
              var s = Functions.sigmoid(c.linear("s", c.input()));
              var cheap = s.negate().times(Functions.relu(s)).times(s.plus(s));
              c.next("h", Functions.tanh(cheap.times(c.state("h"))));
            });
    assertEquals(1, saved(cell).size());
  }

  /** Each further use would double the time if the uses of a value were followed one by one. */
  @Test
  void chained200UsesOfOneValueAreDerivedAtOnce() {
    var uses = List.<UnaryOperator<Value>>of(v -> v.plus(v), v -> v.times(v), Value::negate);
    for (var use : uses) {
      var cell =
          CellDefinition.named(
              "chained",
              c -> {
                var f = Functions.sigmoid(c.linear("f", c.input(), c.state("h")));
                var v = f.times(c.state("h"));
                for (int k = 0; k < 200; k++) {
                  v = use.apply(v);
                }
                c.next("h", v.plus(Functions.oneMinus(f).times(c.linear("n", c.input()))));
              });
      var threads = ManagementFactory.getThreadMXBean(); // others may be computing, too
      long start = threads.getCurrentThreadCpuTime();
      cell.program(CellSizes.of(5, 5)).derivative();
      cell.isGated();
      long milliseconds = (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
      assertTrue(milliseconds < 100, milliseconds + " ms");
    }
  }

  /** One product a step brings the gradient back to h, whatever the number of gates. */
  @Test
  void lstmHasOneProductInItsDerivative() {
    var program = Cells.LSTM.program(CellSizes.of(3, 5));
    var products =
        program.derivative().code().stream()
            .filter(LinearTransposed.class::isInstance)
            .map(LinearTransposed.class::cast)
            .toList();
    assertEquals(1, products.size());
    assertEquals("weight_h", program.parameters().get(products.getFirst().parameter()).name());
    assertEquals(4, products.getFirst().operands().size());
  }

  @ParameterizedTest
  @MethodSource("cells")
  void operandsComeFirstAndNothingIsUnused(CellDefinition cell) {
    var derivative = cell.program(CellSizes.of(3, 5)).derivative();
    var code = derivative.code();
    var roots = new java.util.ArrayList<>(derivative.stateGradients());
    derivative.parameterGradients().forEach(gradient -> roots.add(gradient.value()));
    if (derivative.inputGradient() >= 0) {
      roots.add(derivative.inputGradient());
    }
    for (int i = 0; i < code.size(); i++) {
      for (int operand : code.get(i).operands()) {
        assertTrue(operand < i, "instruction " + i);
      }
    }
    assertEquals(code.size(), CodeBuilder.reachable(code, roots).cardinality());
  }

  @ParameterizedTest
  @MethodSource("cells")
  void derivativeHasNoForwardProductsAndReadsWhatIsSaved(CellDefinition cell) {
    var derivative = cell.program(CellSizes.of(3, 5)).derivative();
    for (var instruction : derivative.code()) {
      assertFalse(instruction instanceof Instruction.Linear, "a forward product");
      assertFalse(instruction instanceof Instruction.Mask, "a mask drawn anew");
      if (instruction instanceof Instruction.Saved saved) {
        assertTrue(derivative.saved().contains(saved.value()), "not saved: " + saved);
      }
    }
    assertEquals(derivative.saved().stream().sorted().distinct().toList(), derivative.saved());
  }

  @ParameterizedTest
  @MethodSource("cells")
  void gradientsCoverEveryRowOfEveryParameterAndHaveItsWidth(CellDefinition cell) {
    var program = cell.program(CellSizes.of(3, 5));
    var derivative = program.derivative();
    for (int p = 0; p < program.parameters().size(); p++) {
      int parameter = p;
      int next = 0;
      for (var gradient : derivative.parameterGradients()) {
        if (gradient.parameter() == parameter) {
          assertEquals(next, gradient.offset());
          assertEquals(gradient.rows(), derivative.code().get(gradient.value()).width());
          next += gradient.rows();
        }
      }
      assertEquals(program.parameters().get(p).rows(), next);
    }
    for (int s = 0; s < program.states().size(); s++) {
      int gradient = derivative.stateGradients().get(s);
      assertEquals(program.states().get(s).size(), derivative.code().get(gradient).width());
    }
  }

  /** The product with the input leaves the time loop, and so does its transpose. */
  @ParameterizedTest
  @MethodSource("cells")
  void noProductWithAnInputWeightIsInTheLoop(CellDefinition cell) {
    var program = cell.program(CellSizes.of(3, 5));
    for (var instruction : program.derivative().code()) {
      if (instruction instanceof LinearTransposed product) {
        var kind = program.parameters().get(product.parameter()).kind();
        assertTrue(kind == Kind.STATE_WEIGHT || kind == Kind.INNER_WEIGHT);
      }
    }
  }

  private static List<Instruction> saved(CellDefinition cell) {
    var program = cell.program(CellSizes.of(3, 5));
    return program.derivative().saved().stream().map(program.code()::get).toList();
  }

  private static List<UnaryOp> savedActivations(CellDefinition cell) {
    return saved(cell).stream()
        .filter(Instruction.Unary.class::isInstance)
        .map(instruction -> ((Instruction.Unary) instruction).op())
        .toList();
  }
}

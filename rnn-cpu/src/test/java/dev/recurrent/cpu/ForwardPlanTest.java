package dev.recurrent.cpu;

import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.CellBuilder;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Schedule;
import dev.recurrent.cpu.ForwardPlan.WeightLayout;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Checks when a sum of products is absorbed, and that no plan can lose a term of one. */
class ForwardPlanTest {
  private static CellProgram program(Consumer<CellBuilder> equations) {
    return CellDefinition.named("planned", equations).program(CellSizes.of(3, 5));
  }

  private static final CellProgram ELMAN =
      program(c -> c.next("h", tanh(c.product("h", 5, c.input(), c.state("h")))));

  private static final CellProgram TWO_OF_ONE_STATE =
      program(
          c -> {
            var h = c.state("h");
            c.next("h", tanh(c.product("a", 5, h).plus(c.product("b", 5, c.input(), h))));
          });

  /** Returns the columns of z that the products and sums of a program have, in vectors. */
  private static int columns(CellProgram program) {
    return columnsOf(program).width() / Lanes.padded(5);
  }

  private static ProductColumns columnsOf(CellProgram program) {
    var uses = new int[program.code().size()];
    program.code().forEach(instruction -> instruction.operands().forEach(i -> uses[i]++));
    program.next().forEach(i -> uses[i]++);
    return new ProductColumns(program.code(), Schedule.of(program.code()), uses);
  }

  @Test
  void sumOfAProductAndAHoistedOneIsAbsorbed() {
    assertEquals(1, columns(ELMAN));
  }

  @Test
  void secondProductWithTheSameWeightIsNotAbsorbed() {
    assertEquals(2, columns(TWO_OF_ONE_STATE));
  }

  @Test
  void termThatIsReadAgainIsNotAbsorbed() {
    var read =
        program(
            c -> {
              var product = c.product("h", 5, c.state("h"));
              c.next("h", tanh(c.product("x", 5, c.input()).plus(product)).times(product));
            });
    assertEquals(2, columns(read));
  }

  @Test
  void sumWithoutAHoistedProductIsNotAbsorbed() {
    var inner =
        program(
            c -> {
              var h = c.state("h");
              c.next("h", tanh(c.product("a", 5, h).plus(c.product("b", 5, tanh(h)))));
            });
    assertEquals(2, columns(inner));
  }

  @Test
  void layoutWhoseColumnsOverlapCannotBeBuilt() {
    var weight = TWO_OF_ONE_STATE.parameter("weight_h");
    var problem =
        assertThrows(
            IllegalArgumentException.class,
            () -> new WeightLayout(weight, 0, weight.slices(), new int[] {0, 0}, Units.of(5, 1)));
    int end = Lanes.padded(5);
    assertEquals(
        "weight_h: expected columns of its own for each part, got b [0, %d) over a [0, %d)"
            .formatted(end, end),
        problem.getMessage());
  }

  @Test
  void planThatLosesAProductCannotBeBuilt() {
    var plan = new ForwardPlan(ELMAN, List.of(), 1);
    var withoutProducts =
        plan.stages().stream()
            .map(s -> new StageOps(List.of(), s.rowSums(), s.passes(), s.pads()))
            .toList();
    assertThrows(
        IllegalStateException.class,
        () -> columnsOf(ELMAN).check(plan.weights(), plan.hoisted, withoutProducts));
  }

  @Test
  void twoValuesCannotBeStoredInOnePlace() {
    var planner = new PassPlanner("test", ELMAN.code(), 1);
    int state = ELMAN.code().indexOf(new Instruction.State(0, 5));
    var operand = new Operand(0, Operand.Rows.BATCH, Lanes.padded(5));
    planner.store(state, operand.full(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> planner.store(ELMAN.next().getFirst(), operand.full(0)));
  }
}

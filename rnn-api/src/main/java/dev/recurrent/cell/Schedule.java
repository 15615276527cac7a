package dev.recurrent.cell;

import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.Instruction.RowSum;
import java.util.ArrayList;
import java.util.List;

/**
 * Orders the instructions of one step into stages, for backends that compile them to fused kernels.
 *
 * <p>A stage takes its products and row sums first and then runs its pointwise instructions, which
 * can be fused: each element depends only on elements of the same row and column, or on scalars. A
 * new stage begins where a product or a row sum needs whole rows of values that the stage before it
 * computes. Products with the input alone belong to no stage: they are hoisted out of the time
 * loop.
 *
 * @param hoisted the products with the input
 * @param stages in the order of execution; at least one
 */
public record Schedule(List<Integer> hoisted, List<Stage> stages) {

  /**
   * One stage; the lists hold indices of instructions in rising order.
   *
   * @param products instructions {@link Linear} and {@link LinearTransposed}
   * @param rowSums instructions {@link RowSum}
   * @param pointwise all others that compute something; not the sources
   */
  public record Stage(List<Integer> products, List<Integer> rowSums, List<Integer> pointwise) {
    public Stage {
      products = List.copyOf(products);
      rowSums = List.copyOf(rowSums);
      pointwise = List.copyOf(pointwise);
    }
  }

  public Schedule {
    hoisted = List.copyOf(hoisted);
    stages = List.copyOf(stages);
  }

  /** Orders a cell's forward step or its derivative. */
  public static Schedule of(List<Instruction> code) {
    var level = new int[code.size()];
    var hoisted = new ArrayList<Integer>();
    int last = 0;
    for (int i = 0; i < code.size(); i++) {
      level[i] = level(code, i, level);
      last = Math.max(last, level[i]);
      if (isHoisted(code, i)) {
        hoisted.add(i);
      }
    }
    var stages = new ArrayList<Stage>();
    for (int stage = 0; stage <= last; stage++) {
      stages.add(stage(code, level, stage));
    }
    return new Schedule(hoisted, stages);
  }

  /** Tells whether the instruction reads something that is there before the step begins. */
  public static boolean isSource(Instruction instruction) {
    return instruction instanceof Instruction.Input
        || instruction instanceof Instruction.State
        || instruction instanceof Instruction.NextState
        || instruction instanceof Instruction.Vector
        || instruction instanceof Instruction.Constant
        || instruction instanceof Instruction.Mask
        || instruction instanceof Instruction.Saved
        || instruction instanceof Instruction.NextGradient;
  }

  private static Stage stage(List<Instruction> code, int[] level, int stage) {
    var products = new ArrayList<Integer>();
    var rowSums = new ArrayList<Integer>();
    var pointwise = new ArrayList<Integer>();
    for (int i = 0; i < code.size(); i++) {
      if (level[i] == stage && !isHoisted(code, i) && !isSource(code.get(i))) {
        switch (code.get(i)) {
          case Linear _, LinearTransposed _ -> products.add(i);
          case RowSum _ -> rowSums.add(i);
          default -> pointwise.add(i);
        }
      }
    }
    return new Stage(products, rowSums, pointwise);
  }

  private static boolean isHoisted(List<Instruction> code, int i) {
    return code.get(i) instanceof Linear linear
        && code.get(linear.operand()) instanceof Instruction.Input;
  }

  private static int level(List<Instruction> code, int i, int[] level) {
    var instruction = code.get(i);
    int highest = 0;
    for (int operand : instruction.operands()) {
      highest = Math.max(highest, level[operand]);
    }
    return switch (instruction) {
      case Linear linear -> isWholeBeforeTheStep(code, linear.operand()) ? highest : highest + 1;
      case RowSum sum -> isWholeBeforeTheStep(code, sum.a()) ? highest : highest + 1;
      case LinearTransposed _ -> highest + 1;
      default -> highest;
    };
  }

  /** A gradient of a next state is still being written by others when a step begins. */
  private static boolean isWholeBeforeTheStep(List<Instruction> code, int i) {
    boolean isGradient = code.get(i) instanceof Instruction.NextGradient;
    return isHoisted(code, i) || (isSource(code.get(i)) && !isGradient);
  }
}

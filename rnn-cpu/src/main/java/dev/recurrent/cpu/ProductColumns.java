package dev.recurrent.cpu;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Schedule;
import dev.recurrent.cpu.ForwardPlan.WeightLayout;
import dev.recurrent.cpu.StageOps.ProductOp;
import dev.recurrent.cpu.StageOps.Start;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns of z, the row into which all products of a step are written. A sum of products that
 * nothing else reads is absorbed: it never becomes an addition, since the later product starts from
 * the columns of the earlier one.
 *
 * <p>A sum absorbs a product where all of this holds:
 *
 * <ul>
 *   <li>the other term has columns of z already, and so begins with a product that is hoisted: it
 *       is there before the product is added to it;
 *   <li>nothing but the sum reads the two terms, since neither is to be found alone afterwards;
 *   <li>no product with the same weight adds to these columns: all products with one weight are one
 *       product of a packed weight, which writes each column once.
 * </ul>
 *
 * {@link #check} runs through the finished plan, and finds it if that was not enough.
 */
final class ProductColumns {
  private static final int NONE = -1;

  private final List<Instruction> code;
  private final Schedule schedule;
  private final int[] uses; // by value
  private final int[] column; // by value, or NONE
  private final Map<Integer, Set<Integer>> terms = new HashMap<>(); // products, by value
  private final Set<Integer> absorbed = new HashSet<>();
  private int width;

  /**
   * Lays out the products of a step.
   *
   * @param uses by value, how often it is read or asked for
   */
  ProductColumns(List<Instruction> code, Schedule schedule, int[] uses) {
    this.code = code;
    this.schedule = schedule;
    this.uses = uses;
    column = new int[code.size()];
    Arrays.fill(column, NONE);
    schedule.hoisted().forEach(this::place);
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof Binary sum && sum.op() == BinaryOp.PLUS) {
        if (canAbsorb(sum.a(), sum.b())) {
          absorb(i, sum.a(), sum.b());
        } else if (canAbsorb(sum.b(), sum.a())) {
          absorb(i, sum.b(), sum.a());
        }
      }
    }
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof Linear && column[i] == NONE) {
        place(i);
      }
    }
  }

  /** Returns the number of columns. */
  int width() {
    return width;
  }

  /** Tells whether a value is read from z. */
  boolean has(int value) {
    return column[value] != NONE;
  }

  /** Returns the first column of a value that is read from z. */
  int of(int value) {
    return column[value];
  }

  /** Tells whether a value is a product that is added to another's, or the sum of the two. */
  boolean isAbsorbed(int value) {
    return absorbed.contains(value);
  }

  private void place(int value) {
    column[value] = width;
    width += Lanes.padded(code.get(value).width());
    terms.put(value, Set.of(value));
  }

  private boolean canAbsorb(int sum, int product) {
    return column[sum] != NONE
        && uses[sum] == 1
        && uses[product] == 1
        && column[product] == NONE
        && code.get(product) instanceof Linear linear
        && termsOf(sum).stream()
            .noneMatch(term -> ((Linear) code.get(term)).parameter() == linear.parameter());
  }

  private void absorb(int value, int sum, int product) {
    column[product] = column[sum];
    column[value] = column[sum];
    absorbed.add(product);
    absorbed.add(value);
    var all = new HashSet<>(termsOf(sum));
    all.add(product);
    terms.put(value, all);
    terms.remove(sum); // nothing reads it any more
  }

  private Set<Integer> termsOf(int value) {
    return terms.getOrDefault(value, Set.of());
  }

  /**
   * Follows what is in each column while a step runs.
   *
   * @throws IllegalStateException if a value would not be the sum of just its terms when its stage
   *     reads it, or later
   */
  void check(List<WeightLayout> weights, List<ProductOp> hoisted, List<StageOps> stages) {
    var content = new HashMap<Integer, Set<Integer>>(); // products, by first column
    hoisted.forEach(op -> apply(op, weights.get(op.weight()), content));
    requireTerms(schedule.hoisted(), content);
    for (int s = 0; s < stages.size(); s++) {
      for (var op : stages.get(s).products()) {
        apply(op, weights.get(op.weight()), content);
      }
      requireTerms(schedule.stages().get(s).products(), content);
      requireTerms(schedule.stages().get(s).pointwise(), content);
    }
    requireTerms(new ArrayList<>(terms.keySet()), content);
  }

  private void apply(ProductOp op, WeightLayout weight, Map<Integer, Set<Integer>> content) {
    op.cleared().forEach(content::remove);
    for (int k = 0; k < weight.columns().length; k++) {
      var sum = content.computeIfAbsent(weight.columns()[k], _ -> new HashSet<>());
      if (op.start() == Start.OVERWRITE) {
        sum.clear();
      }
      sum.add(product(weight.parameter(), weight.slices().get(k).offset()));
    }
  }

  private int product(int parameter, int offset) {
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof Linear linear
          && linear.parameter() == parameter
          && linear.offset() == offset) {
        return i;
      }
    }
    throw new IllegalStateException("no product with slice " + offset + " of " + parameter);
  }

  private void requireTerms(List<Integer> values, Map<Integer, Set<Integer>> content) {
    for (int value : values) {
      @Nullable Set<Integer> wanted = terms.get(value);
      if (wanted != null && !wanted.equals(content.get(column[value]))) {
        throw new IllegalStateException(
            "value %d: expected the products %s in column %d, got %s"
                .formatted(value, wanted, column[value], content.get(column[value])));
      }
    }
  }
}

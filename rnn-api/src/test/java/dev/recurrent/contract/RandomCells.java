package dev.recurrent.contract;

import dev.recurrent.cell.CellBuilder;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Functions;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.MaskScope;
import dev.recurrent.cell.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes up cells out of every operation there is: linears of linears, several states of different
 * sizes, states that change places, scalars, masks, layer normalisation. In TRAINING mode nothing
 * is near a tie, where derivatives jump: a random mask decides each comparison by a wide margin.
 */
public final class RandomCells {
  private final SplittableRandom random;
  private final CellBuilder c;

  /** What later equations may use. */
  private final List<Value> values = new ArrayList<>();

  /** The input and the states. */
  private final List<Value> sources = new ArrayList<>();

  /** Results that no equation uses yet; a definition must use every linear and vector. */
  private final Set<Value> unused = new LinkedHashSet<>();

  private int names;

  private RandomCells(SplittableRandom random, CellBuilder c) {
    this.random = random;
    this.c = c;
  }

  /** Returns the cell of the given number. */
  public static CellDefinition cell(long number) {
    return CellDefinition.named(
        "random-" + number, c -> new RandomCells(new SplittableRandom(number), c).define());
  }

  /** Returns sizes for the cell of the given number, with and without bias, from 1 on. */
  public static CellSizes sizes(long number) {
    var random = new SplittableRandom(~number);
    var bias = random.nextInt(4) == 0 ? CellSizes.Bias.WITHOUT : CellSizes.Bias.WITH;
    return new CellSizes(1 + random.nextInt(4), 1 + random.nextInt(5), bias);
  }

  private void define() {
    int states = 1 + random.nextInt(3);
    var sizes = new ArrayList<Integer>();
    for (int s = 0; s < states; s++) {
      sizes.add(randomSize());
      sources.add(c.state("s" + s, sizes.get(s)));
    }
    sources.add(c.input());
    values.addAll(sources);
    values.add(c.constant(0.75));
    add(linear(sizes.getFirst(), c.input()));
    int operations = 3 + random.nextInt(10);
    for (int k = 0; k < operations; k++) {
      add(operation());
    }
    for (int s = 0; s < states; s++) {
      var next = next(sizes.get(s));
      c.next("s" + s, next);
      values.add(next);
    }
    c.output("s" + random.nextInt(states));
  }

  /** The first state takes up whatever is unused. */
  private Value next(int size) {
    var next = ofWidth(size);
    for (var value : unused) {
      boolean fits = value.width() == size || value.width() == Instruction.SCALAR;
      next = next.plus(fits ? value : Functions.mean(value).times(0.3));
    }
    unused.clear();
    return switch (random.nextInt(6)) {
      case 0 -> next;
      case 1 -> Functions.sigmoid(next);
      case 2 -> c.clipGradient(Functions.tanh(next), 1e6);
      case 3 -> c.linear(name(), size, Functions.tanh(next));
      default -> Functions.tanh(next);
    };
  }

  private Value operation() {
    var a = any();
    return switch (random.nextInt(20)) {
      case 0, 1, 2 -> linearOfTwo(randomSize());
      case 3 -> linear(randomSize(), wide());
      case 4 -> product(wide());
      case 5 -> c.vector(name(), randomSize(), Initializer.uniform(1));
      case 6 -> use(a).plus(partner(a));
      case 7 -> use(a).minus(partner(a));
      case 8, 9 -> use(a).times(Functions.tanh(partner(a)));
      case 10 -> use(a).dividedBy(positive(partner(a)));
      case 11 -> bounded(a);
      case 12 -> Functions.max(Functions.tanh(use(a)), apart(partner(a)));
      case 13 -> Functions.min(apart(use(a)), Functions.tanh(partner(a)));
      case 14 -> Functions.relu(apart(use(a)));
      case 15 -> use(a).negate();
      case 16 -> Functions.mean(use(a));
      case 17 -> normalized(wide());
      case 18 -> masked(wide());
      default -> c.clipGradient(use(a), 1e6);
    };
  }

  private Value bounded(Value a) {
    var tame = Functions.tanh(use(a));
    return switch (random.nextInt(6)) {
      case 0 -> Functions.exp(tame);
      case 1 -> Functions.log(positive(tame));
      case 2 -> Functions.sqrt(positive(tame));
      case 3 -> Functions.reciprocal(positive(tame));
      case 4 -> Functions.softplus(use(a));
      default -> Functions.oneMinus(Functions.sigmoid(use(a)));
    };
  }

  private static Value positive(Value a) {
    return Functions.softplus(a).plus(0.5);
  }

  /** Returns values of 2 to 4 where a mask keeps them and of -4 to -2 elsewhere. */
  private Value apart(Value a) {
    if (a.width() == Instruction.SCALAR) {
      return Functions.tanh(a).plus(3);
    }
    var mask = c.keepMask(0.4, a.width(), MaskScope.STEP);
    return Functions.tanh(a).plus(mask.times(6).minus(3));
  }

  private Value masked(Value a) {
    var scope = random.nextBoolean() ? MaskScope.STEP : MaskScope.SEQUENCE;
    double rate = random.nextInt(5) == 0 ? 0 : 0.3;
    return use(a).times(c.keepMask(rate, a.width(), scope)).dividedBy(1 - rate);
  }

  /** A row of one or two elements has nearly no variance, and its derivative nearly no bound. */
  private Value normalized(Value a) {
    return a.width() < 3 ? Functions.tanh(use(a)) : Functions.layerNorm(use(a));
  }

  private Value linear(int size, Value... operands) {
    for (var operand : operands) {
      use(operand);
    }
    return c.linear(name(), size, operands);
  }

  /** Returns a linear of the input or a state and, where there is one, of something computed. */
  private Value linearOfTwo(int size) {
    var source = sources.get(random.nextInt(sources.size()));
    var computed = wide();
    return sources.contains(computed) ? linear(size, source) : linear(size, source, computed);
  }

  private Value product(Value operand) {
    return c.product(name(), randomSize(), use(operand));
  }

  private void add(Value value) {
    values.add(value);
    unused.add(value);
  }

  private Value use(Value value) {
    unused.remove(value);
    return value;
  }

  private Value any() {
    return values.get(random.nextInt(values.size()));
  }

  private Value wide() {
    var value = any();
    return value.width() == Instruction.SCALAR ? values.getFirst() : value;
  }

  /** Returns a value that fits to a: of the same width, or one of them a scalar. */
  private Value partner(Value a) {
    var fitting =
        values.stream()
            .filter(b -> b.width() == a.width() || b.width() == 0 || a.width() == 0)
            .toList();
    return use(fitting.get(random.nextInt(fitting.size())));
  }

  private Value ofWidth(int width) {
    var fitting = values.stream().filter(value -> value.width() == width).toList();
    return use(fitting.get(random.nextInt(fitting.size())));
  }

  private int randomSize() {
    int hidden = c.hiddenSize();
    return switch (random.nextInt(6)) {
      case 0 -> 1;
      case 1 -> hidden + 1;
      case 2 -> Math.max(1, hidden / 2);
      default -> hidden;
    };
  }

  private String name() {
    return "n" + names++;
  }
}

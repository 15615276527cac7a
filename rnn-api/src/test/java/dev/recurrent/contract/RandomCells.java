package dev.recurrent.contract;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.contract.CellProblem.Lie;
import dev.recurrent.contract.RandomCell.Kind;
import dev.recurrent.contract.RandomCell.Line;
import dev.recurrent.contract.RandomCell.StateLine;
import dev.recurrent.contract.RandomCell.Width;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes up cells out of the whole language: every function; products of one to four operands of
 * every kind, of products and of sums of products; values that several equations share; several
 * states, stages and widths; masks, zoneout and recurrent dropout; layers without bias. Numbers
 * stay moderate, so that single precision can follow. In TRAINING mode nothing is near a tie, where
 * derivatives jump: a random mask decides each comparison by a wide margin.
 */
public final class RandomCells {
  private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 3, 5, 15, 16, 17, 18, 31, 33, 35};
  private static final int[] BATCHES = {1, 2, 3, 5, 7, 9, 13};

  /** Above this estimate a value is squashed before it is used further. */
  private static final double LARGE = 6;

  private final SplittableRandom random;
  private final List<Line> lines = new ArrayList<>();
  private final List<Double> magnitudes = new ArrayList<>(); // estimates, by line

  /** Results that no equation uses yet. */
  private final Set<Integer> unused = new LinkedHashSet<>();

  private final List<Width> states = new ArrayList<>();

  /** The limit of all cut gradients: one that cuts, or one that does not. */
  private final double limit;

  private RandomCells(SplittableRandom random) {
    this.random = random;
    limit = random.nextBoolean() ? 0.4 : 1e6;
  }

  /** Returns the definition of the cell of the given number, whose gradients are never cut. */
  public static CellDefinition cell(long number) {
    return random(number).withoutClipping().definition();
  }

  /** Returns the cell of the given number. */
  public static RandomCell random(long number) {
    return new RandomCells(new SplittableRandom(number)).make("random-" + number);
  }

  /** Returns small sizes for the cell of the given number, with and without bias, from 1 on. */
  public static CellSizes sizes(long number) {
    var random = new SplittableRandom(~number);
    return new CellSizes(1 + random.nextInt(4), 1 + random.nextInt(5), bias(random));
  }

  /** Returns the cell of the given number with something to run it on. */
  public static CellTrial trial(long number) {
    var random = new SplittableRandom(number ^ 0x5eed);
    var sizes =
        new CellSizes(
            SIZES[random.nextInt(SIZES.length)], SIZES[random.nextInt(SIZES.length)], bias(random));
    return new CellTrial(
        random(number),
        sizes,
        lengths(random),
        random.nextBoolean() ? Direction.FORWARD : Direction.REVERSE,
        random.nextInt(5) == 0 ? Mode.EVALUATION : Mode.TRAINING,
        random.nextBoolean() ? Lie.DENSE : Lie.VIEW,
        number);
  }

  private static CellSizes.Bias bias(SplittableRandom random) {
    return random.nextInt(3) == 0 ? CellSizes.Bias.WITHOUT : CellSizes.Bias.WITH;
  }

  /** Ragged and uniform batches, some with empty sequences, one in 50 without any step. */
  private static List<Integer> lengths(SplittableRandom random) {
    int batch = BATCHES[random.nextInt(BATCHES.length)];
    int steps = 1 + random.nextInt(5);
    if (random.nextInt(30) == 0) { // more rows than are taken at once
      batch = 67;
    }
    boolean uniform = random.nextInt(3) == 0;
    boolean empty = random.nextInt(50) == 0;
    var lengths = new ArrayList<Integer>();
    for (int i = 0; i < batch; i++) {
      lengths.add(empty ? 0 : uniform ? steps : random.nextInt(steps + 1));
    }
    return lengths;
  }

  private RandomCell make(String name) {
    int count = 1 + random.nextInt(3);
    for (int s = 0; s < count; s++) {
      states.add(randomWidth());
      add(new Line(Kind.STATE, states.get(s), s, List.of()), 1.3);
    }
    add(Line.of(Kind.INPUT, Width.INPUT), 1);
    if (random.nextInt(3) > 0) {
      add(new Line(Kind.CONSTANT, Width.SCALAR, 0.75, List.of()), 0.75);
    }
    unused.clear(); // a cell may leave its input or a state unread
    int operations = 2 + random.nextInt(11);
    for (int k = 0; k < operations; k++) {
      unused.add(operation());
    }
    var next = new ArrayList<StateLine>();
    for (int s = 0; s < count; s++) {
      int value = next(states.get(s), s == count - 1);
      next.add(new StateLine(states.get(s), value));
    }
    var cell = new RandomCell(name, next, lines, random.nextInt(count), 0, 0).pruned();
    double zoneout = random.nextInt(8) == 0 ? 0.25 : 0;
    double dropout = random.nextInt(8) == 0 && multipliesState(cell) ? 0.4 : 0;
    return new RandomCell(name, cell.states(), cell.lines(), cell.output(), zoneout, dropout);
  }

  private static boolean multipliesState(RandomCell cell) {
    return cell.lines().stream()
        .filter(line -> line.kind() == Kind.LINEAR || line.kind() == Kind.PRODUCT)
        .flatMap(line -> line.operands().stream())
        .anyMatch(operand -> cell.lines().get(operand).kind() == Kind.STATE);
  }

  /** The last state takes up whatever is unused, the others some of it. */
  private int next(Width width, boolean last) {
    int next = random.nextInt(4) == 0 ? sumOfProducts(width) : ofWidth(width);
    for (int value : List.copyOf(unused)) {
      if (value != next && (last || random.nextInt(3) == 0)) {
        var its = lines.get(value).width();
        boolean fits = its == width || its == Width.SCALAR;
        next = binary(Kind.PLUS, next, fits ? value : times(mean(value), 0.3));
      }
    }
    unused.remove(next);
    return switch (random.nextInt(8)) {
      case 0, 1 -> magnitude(next) <= 2 ? next : unary(Kind.TANH, next);
      case 2 -> unary(Kind.SIGMOID, next);
      case 3 -> clip(unary(Kind.TANH, next));
      case 4 -> product(randomLinear(), width, List.of(unary(Kind.TANH, next)));
      default -> unary(Kind.TANH, next);
    };
  }

  private int operation() {
    int a = any();
    return switch (random.nextInt(26)) {
      case 0, 1, 2, 3 -> product(randomLinear(), randomWidth(), operands(1 + random.nextInt(4)));
      case 4, 5, 6, 7 -> sumOfProducts(randomWidth());
      case 8 -> add(Line.of(Kind.VECTOR, randomWidth()), 1.5);
      case 9, 10 -> binary(Kind.PLUS, a, partner(a));
      case 11 -> binary(Kind.MINUS, a, partner(a));
      case 12, 13 -> binary(Kind.TIMES, tame(a, 2), tame(partner(a), 2));
      case 14 -> binary(Kind.DIVIDE, a, positive(partner(a)));
      case 15, 16 -> unary(a);
      case 17 -> binary(of(BinaryOp.MAX), unary(Kind.TANH, a), apart(partner(a)));
      case 18 -> binary(of(BinaryOp.MIN), apart(a), unary(Kind.TANH, partner(a)));
      case 19 -> unary(of(UnaryOp.RELU), apart(a));
      case 20 -> mean(wide());
      case 21 -> normalized(wide());
      case 22 -> masked(wide());
      case 23 -> blended(wide());
      case 24 -> unary(Kind.SIGMOID, product(randomLinear(), randomWidth(), operands(2)));
      default -> clip(a);
    };
  }

  private int unary(int a) {
    return switch (random.nextInt(9)) {
      case 0 -> unary(of(UnaryOp.EXP), tame(a, 1.5));
      case 1 -> unary(of(UnaryOp.LOG), positive(a));
      case 2 -> unary(of(UnaryOp.SQRT), positive(a));
      case 3 -> unary(of(UnaryOp.RECIPROCAL), positive(a));
      case 4 -> unary(of(UnaryOp.SOFTPLUS), a);
      case 5 -> unary(of(UnaryOp.NEGATE), a);
      case 6 -> unary(of(UnaryOp.TANH), a);
      case 7 -> unary(of(UnaryOp.SIGMOID), a);
      default -> binary(Kind.MINUS, constant(1), unary(Kind.SIGMOID, a));
    };
  }

  /**
   * Adds two to four products in any order and grouping. They have few operands, so that some have
   * the same one, and now and then something that is no product is added, too.
   */
  private int sumOfProducts(Width width) {
    var pool = operands(1 + random.nextInt(3));
    var terms = new ArrayList<Integer>();
    int count = 2 + random.nextInt(3);
    for (int k = 0; k < count; k++) {
      int operand = pool.get(random.nextInt(pool.size()));
      var kind = random.nextInt(4) == 0 ? Kind.LINEAR : Kind.PRODUCT;
      terms.add(product(kind, width, List.of(operand)));
    }
    if (random.nextInt(4) == 0) {
      terms.add(ofWidth(width));
    }
    while (terms.size() > 1) {
      int a = terms.remove(random.nextInt(terms.size()));
      int b = terms.remove(random.nextInt(terms.size()));
      var kind = random.nextInt(8) == 0 ? Kind.MINUS : Kind.PLUS;
      terms.add(binary(kind, a, b));
    }
    return terms.getFirst();
  }

  /** Returns lines that a product can multiply, all different: half of them sources. */
  private List<Integer> operands(int count) {
    var chosen = new LinkedHashSet<Integer>();
    for (int k = 0; k < count; k++) {
      chosen.add(random.nextBoolean() ? random.nextInt(states.size() + 1) : wide());
    }
    return List.copyOf(chosen);
  }

  private Kind randomLinear() {
    return random.nextInt(3) == 0 ? Kind.PRODUCT : Kind.LINEAR;
  }

  private int product(Kind kind, Width width, List<Integer> operands) {
    double squares = kind == Kind.LINEAR ? 0.75 : 0;
    for (int operand : operands) {
      squares += 0.75 * magnitude(operand) * magnitude(operand);
      unused.remove(operand);
    }
    return add(new Line(kind, width, 0, operands), Math.sqrt(squares));
  }

  private int binary(Kind kind, int a, int b) {
    boolean scalar = lines.get(a).width() == Width.SCALAR;
    var width = scalar ? lines.get(b).width() : lines.get(a).width();
    double x = magnitude(a);
    double y = magnitude(b);
    double result =
        switch (kind) {
          case PLUS, MINUS -> Math.hypot(x, y);
          case TIMES -> x * y;
          case DIVIDE -> x;
          default -> Math.max(x, y);
        };
    return computed(Line.of(kind, width, a, b), result);
  }

  private int unary(Kind kind, int a) {
    double result =
        switch (kind) {
          case SIGMOID, TANH -> 1;
          case EXP -> 3;
          case LOG, RECIPROCAL -> 1.5;
          default -> magnitude(a);
        };
    return computed(Line.of(kind, lines.get(a).width(), a), result);
  }

  private int clip(int a) {
    return computed(new Line(Kind.CLIP, lines.get(a).width(), limit, List.of(a)), magnitude(a));
  }

  private int mean(int a) {
    return computed(Line.of(Kind.MEAN, Width.SCALAR, a), magnitude(a));
  }

  private int constant(double number) {
    return add(new Line(Kind.CONSTANT, Width.SCALAR, number, List.of()), Math.abs(number));
  }

  private int times(int a, double factor) {
    return binary(Kind.TIMES, a, constant(factor));
  }

  /** Returns a value whose magnitude is at most the limit. */
  private int tame(int a, double limit) {
    return magnitude(a) > limit ? unary(Kind.TANH, a) : a;
  }

  private int positive(int a) {
    return binary(Kind.PLUS, unary(Kind.SOFTPLUS, a), constant(0.5));
  }

  /** Returns values of 2 to 4 where a mask keeps them and of -4 to -2 elsewhere. */
  private int apart(int a) {
    int tame = unary(Kind.TANH, a);
    var width = lines.get(a).width();
    if (width == Width.SCALAR) {
      return binary(Kind.PLUS, tame, constant(3));
    }
    int mask = add(new Line(Kind.STEP_MASK, width, 0.4, List.of()), 1);
    return binary(Kind.PLUS, tame, binary(Kind.MINUS, times(mask, 6), constant(3)));
  }

  private int mask(Width width, double rate) {
    var kind = random.nextBoolean() ? Kind.STEP_MASK : Kind.SEQUENCE_MASK;
    return add(new Line(kind, width, rate, List.of()), 1);
  }

  private int masked(int a) {
    double rate = random.nextInt(5) == 0 ? 0 : 0.3;
    int mask = mask(lines.get(a).width(), rate);
    return binary(Kind.DIVIDE, binary(Kind.TIMES, a, mask), constant(1 - rate));
  }

  /** Blends two values by a mask or a gate, as zoneout and a GRU do. */
  private int blended(int a) {
    int b = ofWidth(lines.get(a).width());
    int gate = random.nextBoolean() ? mask(lines.get(a).width(), 0.3) : unary(Kind.SIGMOID, b);
    int kept = binary(Kind.TIMES, gate, a);
    return binary(Kind.PLUS, kept, binary(Kind.TIMES, binary(Kind.MINUS, constant(1), gate), b));
  }

  /** A row of one or two elements has nearly no variance, and its derivative nearly no bound. */
  private int normalized(int a) {
    var width = lines.get(a).width();
    return width == Width.ONE || width == Width.HALF
        ? unary(Kind.TANH, a)
        : computed(Line.of(Kind.LAYER_NORM, width, unary(Kind.TANH, a)), 1);
  }

  private int computed(Line line, double magnitude) {
    line.operands().forEach(unused::remove);
    return add(line, magnitude);
  }

  private int add(Line line, double magnitude) {
    int same = isNew(line.kind()) ? -1 : lines.indexOf(line);
    if (same >= 0) {
      return same;
    }
    lines.add(line);
    magnitudes.add(magnitude);
    return magnitude > LARGE ? unary(Kind.TANH, lines.size() - 1) : lines.size() - 1;
  }

  /** Tells whether two equal lines are two values. */
  private static boolean isNew(Kind kind) {
    return switch (kind) {
      case VECTOR, STEP_MASK, SEQUENCE_MASK, LINEAR, PRODUCT -> true;
      default -> false;
    };
  }

  private double magnitude(int line) {
    return magnitudes.get(line);
  }

  private static Kind of(UnaryOp op) {
    return RandomCell.of(op);
  }

  private static Kind of(BinaryOp op) {
    return RandomCell.of(op);
  }

  /** Returns any line; one of the last half of the time, so that equations become deep. */
  private int any() {
    int count = lines.size();
    return random.nextBoolean() ? random.nextInt(count) : count - 1 - random.nextInt(count) / 3;
  }

  private int wide() {
    int value = any();
    return lines.get(value).width() == Width.SCALAR ? random.nextInt(states.size() + 1) : value;
  }

  /** Returns a value that fits to a: of the same width, or one of them a scalar. */
  private int partner(int a) {
    var width = lines.get(a).width();
    return choose(its -> its == width || its == Width.SCALAR || width == Width.SCALAR);
  }

  private int ofWidth(Width width) {
    return choose(its -> its == width);
  }

  private int choose(java.util.function.Predicate<Width> fits) {
    var fitting = new ArrayList<Integer>();
    for (int i = 0; i < lines.size(); i++) {
      if (fits.test(lines.get(i).width())) {
        fitting.add(i);
      }
    }
    return fitting.get(random.nextInt(fitting.size()));
  }

  private Width randomWidth() {
    return switch (random.nextInt(7)) {
      case 0 -> Width.ONE;
      case 1 -> Width.ONE_MORE;
      case 2 -> Width.HALF;
      case 3 -> random.nextBoolean() ? Width.INPUT : Width.HIDDEN;
      default -> Width.HIDDEN;
    };
  }
}

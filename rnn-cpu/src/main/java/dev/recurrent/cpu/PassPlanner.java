package dev.recurrent.cpu;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Schedule;
import dev.recurrent.cpu.Operand.Place;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns the pointwise instructions of one program into passes.
 *
 * <p>All instructions of a stage with the same width are cut, in order, into passes of a bounded
 * cost, since C2 takes ever longer over larger methods and gives up at some size. A value that a
 * later pass of the stage needs is handed over in a tile that stays in the L1 cache; one that a
 * later stage needs must have been given a place with {@link #store}.
 */
final class PassPlanner {
  /**
   * Vector operations of one pass; a transcendental function counts {@link #TRANSCENDENTAL}. An
   * LSTM step fits in one; four passes of a quarter took 15 % longer.
   */
  private static final int MOST_OPERATIONS = 120;

  private static final int TRANSCENDENTAL = 18;

  private final String name;
  private final int workers;
  private final List<Instruction> code;
  private final Map<Integer, Place> readable = new HashMap<>();
  private final Map<Integer, List<Place>> stores = new TreeMap<>();
  private final Map<Operand, ColumnRanges> written = new HashMap<>();
  private int mostOperands;
  private int mostTemporaries;

  PassPlanner(String name, List<Instruction> code, int workers) {
    this.name = name;
    this.workers = workers;
    this.code = code;
  }

  /** Says where a value that no pass computes can be read. */
  void source(int value, Place place) {
    readable.put(value, place);
  }

  /**
   * Says that a value is to be written.
   *
   * @throws IllegalArgumentException if another value is written to the same columns
   */
  void store(int value, Place place) {
    requireFree(value, place);
    stores.computeIfAbsent(value, _ -> new ArrayList<>()).add(place);
  }

  /** Says that a value is to be written, and that later readers find it there. */
  void storeFirst(int value, Place place) {
    requireFree(value, place);
    stores.computeIfAbsent(value, _ -> new ArrayList<>()).addFirst(place);
  }

  private void requireFree(int value, Place place) {
    int width = place.shape() == Shape.ROW ? 1 : Lanes.padded(code.get(value).width());
    written
        .computeIfAbsent(place.operand(), _ -> new ColumnRanges(name))
        .add("value " + value, place.column(), width);
  }

  /** Tells whether a pass writes to an operand. */
  boolean isWritten(Operand operand) {
    return written.containsKey(operand);
  }

  /** Returns where a value is to be written. */
  List<Place> storesOf(int value) {
    return stores.getOrDefault(value, List.of());
  }

  /** Tells whether a value is to be written anywhere. */
  boolean hasStores(int value) {
    return stores.containsKey(value);
  }

  /** Returns a place from which a value can be read once its stage is over, or null. */
  @Nullable Place placeOf(int value) {
    var place = readable.get(value);
    if (place != null) {
      return place;
    }
    return storesOf(value).stream()
        .filter(written -> written.operand().rows() != Operand.Rows.GRADIENT_PREVIOUS)
        .findFirst()
        .orElse(null); // a state's gradient may be added to before a later stage reads it
  }

  /** Returns the number of operands of the largest pass planned so far. */
  int mostOperands() {
    return mostOperands;
  }

  /** Returns the most values handed over between passes of one stage planned so far. */
  int mostTemporaries() {
    return mostTemporaries;
  }

  /**
   * Plans the passes of one stage.
   *
   * @param pointwise the instructions of the stage
   * @param arriving values with a place to read that the stage has to store
   */
  List<PassPlan> plan(int stage, List<Integer> pointwise, List<Integer> arriving) {
    var byWidth = new LinkedHashMap<Integer, List<Integer>>();
    var scalars = new ArrayList<Integer>();
    var all = new ArrayList<Integer>(arriving);
    all.addAll(pointwise);
    for (int value : all) {
      int width = code.get(value).width();
      if (width == Instruction.SCALAR) {
        scalars.add(value);
      } else {
        byWidth.computeIfAbsent(width, _ -> new ArrayList<>()).add(value);
      }
    }
    boolean storesScalars = scalars.stream().anyMatch(stores::containsKey);
    if (byWidth.isEmpty() && storesScalars) {
      byWidth.put(Lanes.COUNT, new ArrayList<>());
    }
    var plans = new ArrayList<PassPlan>();
    boolean first = true;
    for (var group : byWidth.entrySet()) {
      var stored =
          first ? scalars.stream().filter(stores::containsKey).toList() : List.<Integer>of();
      planWidth(stage, group.getKey(), group.getValue(), stored, plans);
      first = false;
    }
    return plans;
  }

  private void planWidth(
      int stage, int width, List<Integer> values, List<Integer> scalars, List<PassPlan> plans) {
    var passes = cut(values);
    var passOf = new HashMap<Integer, Integer>();
    for (int p = 0; p < passes.size(); p++) {
      for (int value : passes.get(p)) {
        passOf.put(value, p);
      }
    }
    var temporaries = temporaries(passes, passOf);
    mostTemporaries = Math.max(mostTemporaries, temporaries.size());
    for (int p = 0; p < passes.size(); p++) {
      var builder = new PassBuilder(temporaries, passOf, p);
      for (int value : passes.get(p)) {
        builder.compute(value);
      }
      if (p == 0) {
        scalars.forEach(builder::compute);
      }
      var pass = PassLibrary.of(name + "_" + stage + "_" + width + "_" + p, builder.pass);
      mostOperands = Math.max(mostOperands, builder.slots.size());
      plans.add(
          new PassPlan(
              pass,
              builder.pass,
              builder.slots.toArray(PassPlan.Slot[]::new),
              Units.of(width, workers)));
    }
  }

  /** Cuts the values of a stage into passes of bounded cost. */
  private List<List<Integer>> cut(List<Integer> values) {
    var passes = new ArrayList<List<Integer>>();
    var current = new ArrayList<Integer>();
    int cost = 0;
    for (int value : values) {
      int own = cost(code.get(value));
      if (cost + own > MOST_OPERATIONS && !current.isEmpty()) {
        passes.add(current);
        current = new ArrayList<>();
        cost = 0;
      }
      current.add(value);
      cost += own;
    }
    passes.add(current);
    return passes;
  }

  private static int cost(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Unary unary ->
          switch (unary.op()) {
            case NEGATE, RELU, SQRT, RECIPROCAL -> 2;
            default -> TRANSCENDENTAL;
          };
      default -> 3; // with the loads and the store that often come with it
    };
  }

  /** Numbers the values that a later pass needs and that cannot be read from a place. */
  private Map<Integer, Integer> temporaries(
      List<List<Integer>> passes, Map<Integer, Integer> passOf) {
    var numbers = new HashMap<Integer, Integer>();
    for (int p = 0; p < passes.size(); p++) {
      for (int value : passes.get(p)) {
        for (int operand : code.get(value).operands()) {
          boolean earlier = passOf.getOrDefault(operand, p) < p;
          if (earlier && placeOf(operand) == null) {
            numbers.putIfAbsent(operand, numbers.size());
          }
        }
      }
    }
    return numbers;
  }

  /** Builds the code of one pass. */
  private final class PassBuilder {
    private final PassCode pass = new PassCode();
    private final List<PassPlan.Slot> slots = new ArrayList<>();
    private final Map<Integer, Integer> steps = new HashMap<>(); // by value
    private final Map<Integer, Integer> temporaries;
    private final Map<Integer, Integer> passOf;
    private final int index;

    PassBuilder(Map<Integer, Integer> temporaries, Map<Integer, Integer> passOf, int index) {
      this.temporaries = temporaries;
      this.passOf = passOf;
      this.index = index;
    }

    /** Computes a value of this pass and stores it where it is wanted. */
    void compute(int value) {
      int step = step(value);
      for (var place : stores.getOrDefault(value, List.of())) {
        pass.add(store(place, step));
      }
      var temporary = temporaries.get(value);
      if (temporary != null) {
        pass.add(new Step.Store(slot(null, temporary), step));
      }
    }

    private Step store(Place place, int step) {
      if (place.shape() == Shape.FULL) {
        return new Step.Store(slot(place, -1), step);
      }
      return new Step.StoreRow(slot(place, -1), step);
    }

    /** Emits a value and what it is computed from, operands first, unless that is done already. */
    private int step(int value) {
      var open = new ArrayDeque<>(List.of(value)); // no recursion: scalars may be thousands deep
      while (!open.isEmpty()) {
        int next = open.peek();
        var missing = missingOperands(next);
        if (missing.isEmpty()) {
          open.pop();
          steps.computeIfAbsent(next, this::emit);
        } else {
          missing.forEach(open::push);
        }
      }
      return known(value);
    }

    private int known(int value) {
      return Objects.requireNonNull(steps.get(value));
    }

    /** Returns the operands to be emitted before a value, the first one last. */
    private List<Integer> missingOperands(int value) {
      if (steps.containsKey(value) || isElsewhere(value) || placeToRead(value) != null) {
        return List.of();
      }
      return code.get(value).operands().stream()
          .filter(operand -> !steps.containsKey(operand))
          .toList()
          .reversed();
    }

    private boolean isElsewhere(int value) {
      return passOf.getOrDefault(value, index) != index;
    }

    private @Nullable Place placeToRead(int value) {
      var place = readable.get(value);
      return place == null && (isElsewhere(value) || isLaterStage(value)) ? placeOf(value) : place;
    }

    private int emit(int value) {
      var place = placeToRead(value);
      if (place != null) {
        return pass.add(new Step.Load(slot(place, -1), place.shape()));
      }
      if (isElsewhere(value)) {
        return pass.add(
            new Step.Load(slot(null, Objects.requireNonNull(temporaries.get(value))), Shape.FULL));
      }
      return switch (code.get(value)) {
        case Instruction.Constant constant -> pass.add(new Step.Constant((float) constant.value()));
        case Instruction.Unary unary -> {
          int a = known(unary.a());
          yield pass.add(new Step.Unary(unary.op(), a, pass.shape(a)));
        }
        case Instruction.Binary binary -> emitBinary(binary);
        case Instruction.ClipGradient clip -> known(clip.a());
        case Instruction.Broadcast broadcast -> known(broadcast.a());
        case Instruction other ->
            throw new IllegalStateException(name + ": no place for value " + value + ": " + other);
      };
    }

    private int emitBinary(Instruction.Binary binary) {
      int a = known(binary.a());
      int b = known(binary.b());
      if (binary.op() == BinaryOp.PLUS) {
        if (pass.steps().get(a) instanceof Step.Binary product && isProduct(product)) {
          return pass.add(new Step.MultiplyAdd(product.a(), product.b(), b, joint(a, b)));
        }
        if (pass.steps().get(b) instanceof Step.Binary product && isProduct(product)) {
          return pass.add(new Step.MultiplyAdd(product.a(), product.b(), a, joint(a, b)));
        }
      }
      return pass.add(new Step.Binary(binary.op(), a, b, joint(a, b)));
    }

    private Shape joint(int a, int b) {
      return pass.shape(a) == Shape.ROW && pass.shape(b) == Shape.ROW ? Shape.ROW : Shape.FULL;
    }

    private static boolean isProduct(Step.Binary step) {
      return step.op() == BinaryOp.TIMES;
    }

    /** A value of an earlier stage is read from its place, not computed again. */
    private boolean isLaterStage(int value) {
      return !passOf.containsKey(value)
          && code.get(value).width() != Instruction.SCALAR
          && !Schedule.isSource(code.get(value));
    }

    private int slot(@Nullable Place place, int temporary) {
      var slot = new PassPlan.Slot(place, temporary);
      int existing = slots.indexOf(slot);
      if (existing >= 0) {
        return existing;
      }
      slots.add(slot);
      return pass.operand();
    }
  }
}

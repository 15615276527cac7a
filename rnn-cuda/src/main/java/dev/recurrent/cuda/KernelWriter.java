package dev.recurrent.cuda;

import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Mask;
import dev.recurrent.cuda.Slot.Place;
import dev.recurrent.cuda.driver.NumberType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes one kernel of a step: each value that is asked for becomes a variable, computed from those
 * before it or read from its place.
 */
final class KernelWriter {
  /**
   * Begins what a thread does for its element, at {@code row} and {@code column}. There is no loop
   * over more elements: ptxas would keep the addresses of all arguments in registers and spill.
   */
  static final String ELEMENT =
      """
        unsigned i = (unsigned)BLOCK_INDEX * BLOCK_THREADS + THREAD_INDEX;
        if (i < (unsigned)rows * (unsigned)columns) {
          int row = (int)(i / (unsigned)columns);
          int column = (int)(i - (unsigned)row * (unsigned)columns);
      """;

  private final StepPlan plan;
  private final int stage;
  private final List<Place> places = new ArrayList<>();
  private final Set<Place> written = new LinkedHashSet<>();
  private final Map<Integer, String> names = new HashMap<>();
  private final StringBuilder body = new StringBuilder();

  KernelWriter(StepPlan plan, int stage) {
    this.plan = plan;
    this.stage = stage;
  }

  /** Returns the places that the kernel takes, in the order of its arguments. */
  List<Place> places() {
    return places;
  }

  /** Writes a kernel that stores values of one width, element by element. */
  String elements(String name, List<StepPlan.Store> stores) {
    for (var store : stores) {
      var value = value(store.value());
      var target = element(store.place(), plan.width(store.value()));
      written.add(store.place());
      boolean narrow = store.place().slot().type() != NumberType.FLOAT32;
      var statement =
          narrow ? "narrow(" + target + ", " + value + ");" : target + " = " + value + ";";
      body.append("    ");
      body.append(store.kept() ? "if (kept) { " + statement + " }" : statement).append('\n');
    }
    return "KERNEL(%s%s) {\n%s%s  }\n}\n".formatted(name, parameters(), ELEMENT, body.toString());
  }

  /** Writes a kernel that sums rows of values of one width, a block for each row. */
  String rowSums(String name, List<Integer> sums) {
    var totals = new StringBuilder();
    var starts = new StringBuilder();
    for (int i = 0; i < sums.size(); i++) {
      int sum = sums.get(i);
      body.append(
          "    sum%d += %s;\n".formatted(i, value(plan.code().get(sum).operands().getFirst())));
      starts.append("  float sum%d = 0.0f;\n".formatted(i));
      var place = plan.placeOf(sum);
      written.add(place);
      totals.append("  sum%d = block_sum(shared, sum%d);\n".formatted(i, i));
      totals.append(
          "  if (THREAD_INDEX == 0) { %s = sum%d; }\n"
              .formatted(element(place, Instruction.SCALAR), i));
    }
    return """
    KERNEL_WITH_BARRIERS(%s%s) {
      SHARED_FLOATS(shared);
      int row = BLOCK_INDEX;
    %s  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    %s  }
    %s}
    """
        .formatted(name, parameters(), starts, body, totals);
  }

  private String parameters() {
    var text = new StringBuilder(", int rows, int columns, int kept, int drawn");
    text.append(",\n    GLOBAL(const int) sequences, GLOBAL(const int) seeds");
    for (int i = 0; i < places.size(); i++) {
      var type = places.get(i).slot().type().kernelName();
      var access = written.contains(places.get(i)) ? "" : "const ";
      text.append(", GLOBAL(%s%s) p%d, int s%d".formatted(access, type, i, i));
    }
    return text.toString();
  }

  /** Writes what a value is computed from, operands first, and returns its name. */
  private String value(int id) {
    var open = new ArrayDeque<>(List.of(id)); // no recursion: a cell may be thousands of lines deep
    while (!open.isEmpty()) {
      int next = open.peek();
      var missing = missingOperands(next);
      if (missing.isEmpty()) {
        open.pop();
        names.computeIfAbsent(next, this::write);
      } else {
        missing.forEach(open::push);
      }
    }
    return name(id);
  }

  /** Returns the operands to be written before a value, the first one last. */
  private List<Integer> missingOperands(int id) {
    if (names.containsKey(id) || !plan.readsOf(id, stage).isEmpty()) {
      return List.of();
    }
    return plan.code().get(id).operands().stream()
        .filter(operand -> !names.containsKey(operand))
        .toList()
        .reversed();
  }

  private String write(int id) {
    if (plan.code().get(id) instanceof Instruction.Constant constant) {
      return KernelText.number(constant.value());
    }
    var name = "v" + id;
    body.append("    float %s = %s;\n".formatted(name, expression(id)));
    return name;
  }

  private String name(int id) {
    return Objects.requireNonNull(names.get(id));
  }

  private String expression(int id) {
    int width = plan.width(id);
    var sources = plan.readsOf(id, stage);
    if (!sources.isEmpty()) {
      return String.join(" + ", sources.stream().map(place -> read(place, width)).toList());
    }
    return switch (plan.code().get(id)) {
      case Mask mask -> draw(mask);
      case Instruction.Unary unary -> KernelText.call(unary.op(), name(unary.a()));
      case Instruction.Binary binary ->
          KernelText.call(binary.op(), name(binary.a()), name(binary.b()));
      case Instruction.ClipGradient clip -> name(clip.a());
      case Instruction.Broadcast broadcast -> name(broadcast.a());
      case Instruction other -> throw new IllegalStateException("no place for " + other);
    };
  }

  private String draw(Mask mask) {
    int index = 2 * plan.masks().indexOf(mask);
    var keep = KernelText.number(mask.keep());
    return "!drawn ? %s : random_keeps(random_row_key(seeds[%d], seeds[%d], sequences[row]), column, %s) ? 1.0f : 0.0f"
        .formatted(keep, index, index + 1, keep);
  }

  private String read(Place place, int width) {
    var element = element(place, width);
    return place.slot().type() == NumberType.FLOAT32 ? element : "wide(" + element + ")";
  }

  private String element(Place place, int width) {
    int index = places.indexOf(place);
    if (index < 0) {
      index = places.size();
      places.add(place);
    }
    return width == Instruction.SCALAR
        ? "p%d[row * s%d]".formatted(index, index)
        : "p%d[row * s%d + column]".formatted(index, index);
  }
}

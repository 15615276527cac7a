package dev.recurrent.cuda;

import dev.recurrent.cell.Instruction;
import dev.recurrent.cuda.Slot.Cursor;
import dev.recurrent.cuda.Slot.Place;
import dev.recurrent.cuda.driver.Driver.Kernel;
import dev.recurrent.cuda.driver.Driver.KernelModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the kernels of a planned step, and launches them: for each stage one for its row sums and
 * one for its elements, for each width that there is.
 */
final class StepKernels {
  private final String name;
  private final StepPlan plan;
  private final StringBuilder source = new StringBuilder();
  private final List<List<Part>> rowSums = new ArrayList<>(); // by stage
  private final List<List<Part>> elements = new ArrayList<>(); // by stage, the prologue first

  /**
   * What belongs to a call rather than to a step.
   *
   * @param draws where the numbers are that masks are drawn from, or null to take their mean
   */
  record CallState(boolean keeps, @Nullable Draws draws) {}

  /**
   * Numbers on the device, and not among a kernel's arguments: those are the same in every call.
   *
   * @param sequences for each row of the batch, the caller's index of its sequence
   * @param seeds for each step and each mask of the plan, the low and the high half of its seed
   */
  record Draws(long sequences, long seeds) {}

  /** A kernel. */
  private static final class Part {
    private final String name;
    private final int columns;
    private final List<Place> places;
    private Kernel kernel =
        (_, _) -> {
          throw new IllegalStateException("launch before load");
        };

    Part(String name, int columns, KernelWriter writer) {
      this.name = name;
      this.columns = columns;
      this.places = writer.places();
    }
  }

  StepKernels(String name, StepPlan plan) {
    this.name = KernelText.identifier(name);
    this.plan = plan;
    elements.add(writeElements(StepPlan.PROLOGUE));
    for (int s = 0; s < plan.schedule().stages().size(); s++) {
      rowSums.add(writeRowSums(s));
      elements.add(writeElements(s));
    }
  }

  /** Returns the source of all kernels. */
  String source() {
    return source.toString();
  }

  /** Finds the kernels. */
  void load(KernelModule module) {
    for (var lists : List.of(rowSums, elements)) {
      lists.forEach(list -> list.forEach(part -> part.kernel = module.kernel(part.name)));
    }
  }

  /** Launches what has to be done before the products of the first stage. */
  void runPrologue(Device device, Cursor at, CallState call, int time) {
    runElements(device, StepPlan.PROLOGUE, at, call, time);
  }

  /** Launches the row sums of a stage. */
  void runRowSums(Device device, int stage, Cursor at, CallState call, int time) {
    for (var part : rowSums.get(stage)) {
      prepare(device, part, at, call, time);
      part.kernel.launch(Launches.rows(at.rows, part.columns), device.lastArguments());
    }
  }

  /** Launches the pointwise region of a stage. */
  void runElements(Device device, int stage, Cursor at, CallState call, int time) {
    for (var part : elements.get(stage + 1)) {
      prepare(device, part, at, call, time);
      part.kernel.launch(Launches.elements(at.rows, part.columns), device.lastArguments());
    }
  }

  private void prepare(Device device, Part part, Cursor at, CallState call, int time) {
    var arguments = device.arguments().add(at.rows).add(part.columns);
    arguments.add(call.keeps() ? 1 : 0);
    if (call.draws() == null) {
      arguments.add(0).address(0).address(0);
    } else {
      long seeds = call.draws().seeds() + 8L * time * plan.masks().size();
      arguments.add(1).address(call.draws().sequences()).address(seeds);
    }
    for (var place : part.places) {
      arguments.address(place.address(at)).add(place.stride());
    }
  }

  private List<Part> writeRowSums(int stage) {
    var parts = new ArrayList<Part>();
    var sums = plan.schedule().stages().get(stage).rowSums();
    ToIntFunction<Integer> width = sum -> plan.width(plan.code().get(sum).operands().getFirst());
    for (var group : byWidth(sums, width).entrySet()) {
      var writer = new KernelWriter(plan, stage);
      var kernel = "%s_sums_%d_%d".formatted(name, stage, parts.size());
      source.append(writer.rowSums(kernel, group.getValue()));
      parts.add(new Part(kernel, group.getKey(), writer));
    }
    return parts;
  }

  private List<Part> writeElements(int stage) {
    var parts = new ArrayList<Part>();
    var stores = plan.stores().stream().filter(store -> store.stage() == stage).toList();
    for (var group : byWidth(stores, store -> plan.width(store.value())).entrySet()) {
      var writer = new KernelWriter(plan, stage);
      var label = stage == StepPlan.PROLOGUE ? "first" : String.valueOf(stage);
      var kernel = "%s_%s_%d".formatted(name, label, parts.size());
      source.append(writer.elements(kernel, group.getValue()));
      boolean scalar = group.getKey() == Instruction.SCALAR;
      parts.add(new Part(kernel, scalar ? 1 : group.getKey(), writer));
    }
    return parts;
  }

  private static <T> Map<Integer, List<T>> byWidth(List<T> items, ToIntFunction<T> width) {
    var groups = new TreeMap<Integer, List<T>>();
    for (var item : items) {
      groups.computeIfAbsent(width.applyAsInt(item), _ -> new ArrayList<>()).add(item);
    }
    return groups;
  }
}

package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cell.Schedule;
import dev.recurrent.cpu.Operand.Rows;
import dev.recurrent.cpu.StageOps.ProductOp;
import dev.recurrent.cpu.StageOps.RowSumOp;
import dev.recurrent.cpu.StageOps.Start;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Plans the forward step of a cell: where every value lives, which products add to which columns,
 * and the compiled passes. Shared by all threads once it is made.
 *
 * <p>All products write into one row of scratch columns, z, which {@link ProductColumns} lays out.
 */
final class ForwardPlan implements Parameters.Layout {
  private final CellProgram cell;
  private final Schedule schedule;
  private final int workers;
  private final PassPlanner planner;
  private final Operands operands = new Operands();
  private final List<WeightLayout> weights = new ArrayList<>();
  private final List<StageOps> stages = new ArrayList<>();
  private final int[] uses; // by value
  private final ProductColumns columns;
  private final boolean readsInput;
  private final PassGroup passes;

  final Operand z;
  final Operand[] before; // by state
  final Operand[] after; // by state
  final Operand output;
  final Operand input;
  final Operand[] vectors; // by parameter
  final List<StoredValue> stored = new ArrayList<>(); // what the backward pass reads
  final List<Operand> scratch = new ArrayList<>(); // what a later stage reads
  final List<MaskPlace> masks = new ArrayList<>();
  final List<ProductOp> hoisted = new ArrayList<>();

  /** Says where the values of a mask are. */
  record MaskPlace(Instruction.Mask mask, Operand operand, Units units) {}

  /** Says where a value is kept for the backward pass. */
  record StoredValue(int value, Operand operand) {}

  /**
   * Says how a weight is to be packed for the forward pass.
   *
   * @param columns for each slice the first column of its product; no two slices share a column,
   *     since a packed weight writes each of its columns once
   */
  record WeightLayout(
      ParameterSpec spec,
      int parameter,
      List<ParameterSpec.Slice> slices,
      int[] columns,
      Units units) {
    WeightLayout {
      var ranges = new ColumnRanges(spec.name());
      for (int k = 0; k < columns.length; k++) {
        ranges.add(slices.get(k).name(), columns[k], Lanes.padded(slices.get(k).rows()));
      }
    }
  }

  /**
   * Plans a step.
   *
   * @param kept the values that the backward pass needs; none in inference
   */
  ForwardPlan(CellProgram cell, List<Integer> kept, int workers) {
    this.cell = cell;
    this.workers = workers;
    schedule = Schedule.of(cell.code());
    planner = new PassPlanner(cell.name() + "_forward", cell.code(), workers);
    uses = countUses(kept);
    readsInput = isInputRead();
    columns = new ProductColumns(cell.code(), schedule, uses);
    z = operands.add(Rows.CHUNK, Math.max(columns.width(), Lanes.COUNT));
    before = states(Rows.PREVIOUS);
    after = states(Rows.NEXT);
    output = operands.add(Rows.PACKED, Lanes.padded(cell.outputSize()));
    input = operands.add(Rows.PACKED, Lanes.padded(cell.sizes().input()));
    vectors =
        cell.parameters().stream()
            .map(p -> operands.add(Rows.SHARED, paddedRows(p)))
            .toArray(Operand[]::new);
    placeSources();
    placeKept(kept);
    placeForLaterStages();
    for (int s = 0; s < cell.states().size(); s++) {
      planner.store(cell.next().get(s), after[s].full(0));
    }
    planner.store(cell.next().get(cell.output()), output.full(0));
    planHoisted();
    for (int s = 0; s < schedule.stages().size(); s++) {
      stages.add(planStage(s, schedule.stages().get(s)));
    }
    columns.check(weights, hoisted, stages);
    passes = new PassGroup(stages.stream().flatMap(s -> s.passes().stream()).toList());
  }

  /** Returns how the weights are packed. */
  List<WeightLayout> weights() {
    return weights;
  }

  PassGroup passes() {
    return passes;
  }

  List<StageOps> stages() {
    return stages;
  }

  @Override
  public List<Integer> parameters() {
    return weights.stream().map(WeightLayout::parameter).toList();
  }

  @Override
  public PackedWeight layOut(int weight, int offset) {
    var layout = weights.get(weight);
    return PackedWeight.of(
        layout.spec(), offset, layout.slices(), layout.columns(), layout.units());
  }

  PassPlanner planner() {
    return planner;
  }

  /** Returns bindings for one pass. */
  Bindings unbound() {
    return operands.unbound();
  }

  /** Tells whether anything but the hoisted products reads the input. */
  boolean readsInput() {
    return readsInput;
  }

  /** Tells whether a step reads what other workers wrote in the step before. */
  boolean readsWholeStates() {
    return stages.size() > 1
        || !stages.getFirst().products().isEmpty()
        || !stages.getFirst().rowSums().isEmpty();
  }

  /**
   * Tells whether a product or a row sum reads columns of z, of other workers too: products with
   * the input, or what was added to them.
   */
  boolean readsWholeProducts() {
    return schedule.stages().stream()
        .flatMap(stage -> Stream.concat(stage.products().stream(), stage.rowSums().stream()))
        .flatMap(reader -> cell.code().get(reader).operands().stream())
        .anyMatch(columns::has);
  }

  /** Returns the columns of a vector parameter, each slice padded to whole vectors. */
  static int paddedRows(ParameterSpec spec) {
    return spec.slices().stream().mapToInt(s -> Lanes.padded(s.rows())).sum();
  }

  /** Returns the first padded column of the slice that begins at row {@code offset}. */
  static int paddedOffset(ParameterSpec spec, int offset) {
    return spec.slices().stream()
        .filter(s -> s.offset() < offset)
        .mapToInt(s -> Lanes.padded(s.rows()))
        .sum();
  }

  private boolean isInputRead() {
    int input = cell.code().indexOf(new Instruction.Input(cell.sizes().input()));
    return input >= 0 && uses[input] > schedule.hoisted().size();
  }

  private int[] countUses(List<Integer> kept) {
    var counts = new int[cell.code().size()];
    cell.code().forEach(instruction -> instruction.operands().forEach(i -> counts[i]++));
    cell.next().forEach(i -> counts[i]++);
    kept.forEach(i -> counts[i]++);
    return counts;
  }

  private Operand[] states(Rows rows) {
    return cell.states().stream()
        .map(state -> operands.add(rows, Lanes.padded(state.size())))
        .toArray(Operand[]::new);
  }

  private void placeSources() {
    for (int i = 0; i < cell.code().size(); i++) {
      switch (cell.code().get(i)) {
        case Instruction.Input _ -> planner.source(i, input.full(0));
        case Instruction.State state -> planner.source(i, before[state.state()].full(0));
        case Instruction.Vector v ->
            planner.source(
                i,
                vectors[v.parameter()].full(
                    paddedOffset(cell.parameters().get(v.parameter()), v.offset())));
        case Instruction.Mask mask -> {
          var operand = operands.add(Rows.PACKED, Lanes.padded(mask.width()));
          masks.add(new MaskPlace(mask, operand, Units.of(mask.width(), workers)));
          planner.source(i, operand.full(0));
        }
        case Instruction.RowSum _ -> {
          var operand = operands.add(Rows.WORKER, 1);
          scratch.add(operand);
          planner.source(i, operand.row(0));
        }
        default -> {
          if (columns.has(i)) {
            planner.source(i, z.full(columns.of(i)));
          }
        }
      }
    }
  }

  private void placeKept(List<Integer> kept) {
    for (int value : kept) {
      if (cell.code().get(value) instanceof Instruction.Mask) {
        stored.add(
            new StoredValue(value, Objects.requireNonNull(planner.placeOf(value)).operand()));
        continue;
      }
      int width = cell.code().get(value).width();
      boolean scalar = width == Instruction.SCALAR;
      var operand = operands.add(Rows.PACKED, scalar ? 1 : Lanes.padded(width));
      stored.add(new StoredValue(value, operand));
      planner.store(value, scalar ? operand.row(0) : operand.full(0));
    }
  }

  /** Gives a place to every pointwise value that a product, a row sum or a later stage reads. */
  private void placeForLaterStages() {
    for (int s = 0; s < schedule.stages().size(); s++) {
      for (int value : schedule.stages().get(s).pointwise()) {
        if (planner.placeOf(value) == null
            && cell.code().get(value).width() != Instruction.SCALAR
            && isReadAfter(s, value)) {
          var operand = operands.add(Rows.BATCH, Lanes.padded(cell.code().get(value).width()));
          scratch.add(operand);
          planner.store(value, operand.full(0));
        }
      }
    }
  }

  private boolean isReadAfter(int stage, int value) {
    for (int s = stage + 1; s < schedule.stages().size(); s++) {
      var later = schedule.stages().get(s);
      for (var list : List.of(later.products(), later.rowSums(), later.pointwise())) {
        if (list.stream().anyMatch(i -> cell.code().get(i).operands().contains(value))) {
          return true;
        }
      }
    }
    return false;
  }

  private void planHoisted() {
    for (var op : products(schedule.hoisted(), Start.OVERWRITE)) {
      hoisted.add(op);
    }
  }

  private StageOps planStage(int index, Schedule.Stage stage) {
    var arriving = new ArrayList<Integer>();
    if (index == 0) {
      for (int i = 0; i < cell.code().size(); i++) {
        if (Schedule.isSource(cell.code().get(i)) || schedule.hoisted().contains(i)) {
          arriving.add(i);
        }
      }
    }
    arriving.addAll(stage.products());
    arriving.addAll(stage.rowSums());
    stage.pointwise().stream().filter(columns::isAbsorbed).forEach(arriving::add);
    arriving.removeIf(value -> !planner.hasStores(value));
    var pointwise = stage.pointwise().stream().filter(i -> !columns.isAbsorbed(i)).toList();
    return new StageOps(
        products(stage.products(), Start.ACCUMULATE),
        stage.rowSums().stream().map(this::rowSum).toList(),
        planner.plan(index, pointwise, arriving),
        List.of());
  }

  private RowSumOp rowSum(int value) {
    int operand = cell.code().get(value).operands().getFirst();
    return new RowSumOp(
        Objects.requireNonNull(planner.placeOf(operand)),
        cell.code().get(operand).width(),
        Objects.requireNonNull(planner.placeOf(value)));
  }

  /** Makes one product of all those with the same weight and the same width. */
  private List<ProductOp> products(List<Integer> values, Start start) {
    var groups = new LinkedHashMap<List<Integer>, List<Integer>>();
    for (int value : values) {
      var linear = (Linear) cell.code().get(value);
      groups
          .computeIfAbsent(List.of(linear.parameter(), linear.width()), _ -> new ArrayList<>())
          .add(value);
    }
    var ops = new ArrayList<ProductOp>();
    for (var group : groups.values()) {
      var first = (Linear) cell.code().get(group.getFirst());
      var spec = cell.parameters().get(first.parameter());
      var slices = new ArrayList<ParameterSpec.Slice>();
      var cleared = new ArrayList<Integer>();
      for (int value : group) {
        int offset = ((Linear) cell.code().get(value)).offset();
        slices.add(
            spec.slices().stream().filter(s -> s.offset() == offset).findFirst().orElseThrow());
        if (!columns.isAbsorbed(value)) {
          cleared.add(columns.of(value));
        }
      }
      boolean overwrite = start == Start.OVERWRITE || cleared.size() == group.size();
      var units = Units.of(first.width(), workers);
      int[] destinations = group.stream().mapToInt(columns::of).toArray();
      weights.add(new WeightLayout(spec, first.parameter(), slices, destinations, units));
      var left = Objects.requireNonNull(planner.placeOf(first.operand()));
      ops.add(
          new ProductOp(
              weights.size() - 1,
              left,
              z,
              overwrite ? Start.OVERWRITE : Start.ACCUMULATE,
              overwrite ? List.of() : cleared,
              units));
    }
    return ops;
  }
}

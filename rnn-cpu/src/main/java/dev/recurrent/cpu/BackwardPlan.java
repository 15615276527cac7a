package dev.recurrent.cpu;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Derivative.ParameterGradient;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.cell.Schedule;
import dev.recurrent.cpu.Operand.Place;
import dev.recurrent.cpu.Operand.Rows;
import dev.recurrent.cpu.PackedMatrix.Tails;
import dev.recurrent.cpu.StageOps.PadOp;
import dev.recurrent.cpu.StageOps.ProductOp;
import dev.recurrent.cpu.StageOps.RowSumOp;
import dev.recurrent.cpu.StageOps.Start;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Plans the backward step of a cell. The gradients of all products with one weight are written side
 * by side for every step, so that the weight's gradient is one product over all steps after the
 * time loop; weights with equal gradients, such as the LSTM's two, share them. Shared by all
 * threads once it is made.
 */
final class BackwardPlan implements Parameters.Layout {
  private static final int NONE = -1;

  private final CellProgram cell;
  private final Derivative derivative;
  private final List<Instruction> code;
  private final Schedule schedule;
  private final int workers;
  private final PassPlanner planner;
  private final Operands operands = new Operands();
  private final List<StageOps> stages = new ArrayList<>();
  private final Map<Integer, Place> productTargets = new TreeMap<>(); // by value
  private final Map<Integer, Integer> startedBy = new TreeMap<>(); // product to state's other term
  private final List<Integer> absorbed = new ArrayList<>();

  final Operand[] gradientsAfter; // by state, [2 B, S]
  final Operand[] gradientsBefore; // by state, the same array
  final Operand[] before; // by state
  final Operand[] after; // by state
  final Operand outputGradient;
  final Operand input;
  final Operand inputGradient; // the part that does not come through a weight
  final Operand[] vectors; // by parameter
  final List<ForwardPlan.StoredValue> saved = new ArrayList<>();
  final List<Operand> scratch = new ArrayList<>();
  final Operand[] productGradients; // by parameter, null for vectors; may be shared
  final Map<ParameterGradient, Place> vectorGradients = new LinkedHashMap<>();
  final List<Operand> ownVectorGradients = new ArrayList<>();
  final List<Integer> weights = new ArrayList<>(); // parameters whose transposes the loop needs
  final List<PassPlan> addOutputGradient; // one pass

  private final PassGroup passes;
  private final int inputParameter;

  BackwardPlan(CellProgram cell, Derivative derivative, int workers) {
    this.cell = cell;
    this.derivative = derivative;
    this.workers = workers;
    code = derivative.code();
    schedule = Schedule.of(code);
    planner = new PassPlanner(cell.name() + "_backward", code, workers);
    gradientsAfter = states(Rows.GRADIENT_NEXT);
    gradientsBefore = states(Rows.GRADIENT_PREVIOUS);
    before = states(Rows.PREVIOUS);
    after = states(Rows.NEXT);
    outputGradient = operands.add(Rows.PACKED, Lanes.padded(cell.outputSize()));
    input = operands.add(Rows.PACKED, Lanes.padded(cell.sizes().input()));
    inputGradient = operands.add(Rows.PACKED, Lanes.padded(cell.sizes().input()));
    vectors =
        cell.parameters().stream()
            .map(p -> operands.add(Rows.SHARED, ForwardPlan.paddedRows(p)))
            .toArray(Operand[]::new);
    productGradients = new Operand[cell.parameters().size()];
    placeProductGradients();
    placeSources();
    placeStateGradients();
    placeVectorGradients();
    if (derivative.inputGradient() >= 0) {
      planner.store(derivative.inputGradient(), inputGradient.full(0));
    }
    placeForLaterStages();
    for (int s = 0; s < schedule.stages().size(); s++) {
      stages.add(planStage(s, schedule.stages().get(s)));
    }
    addOutputGradient = planAddOutputGradient();
    passes =
        new PassGroup(
            Stream.concat(
                    stages.stream().flatMap(s -> s.passes().stream()), addOutputGradient.stream())
                .toList());
    inputParameter = indexOfInputWeight();
  }

  private int indexOfInputWeight() {
    for (int p = 0; p < cell.parameters().size(); p++) {
      if (cell.parameters().get(p).kind() == Kind.INPUT_WEIGHT) {
        return p;
      }
    }
    return NONE;
  }

  Derivative derivative() {
    return derivative;
  }

  /** Returns the weight of the input, or a negative number; it is the last that is packed. */
  int inputParameter() {
    return inputParameter;
  }

  @Override
  public List<Integer> parameters() {
    var packed = new ArrayList<>(weights);
    if (inputParameter >= 0) {
      packed.add(inputParameter);
    }
    return packed;
  }

  @Override
  public PackedWeight layOut(int weight, int offset) {
    boolean ofLoop = weight < weights.size();
    var spec = cell.parameters().get(ofLoop ? weights.get(weight) : inputParameter);
    var units = Units.of(spec.columns(), workers);
    return PackedWeight.transposed(spec, offset, units, ofLoop ? Tails.PADDED : Tails.EXACT);
  }

  PassGroup passes() {
    return passes;
  }

  List<StageOps> stages() {
    return stages;
  }

  PassPlanner planner() {
    return planner;
  }

  /** Returns bindings for one pass. */
  Bindings unbound() {
    return operands.unbound();
  }

  /** Tells whether a worker may not begin a step before all others have finished the one before. */
  boolean needsBarrierBetweenSteps() {
    return stages.stream().anyMatch(stage -> !stage.rowSums().isEmpty());
  }

  private Operand[] states(Rows rows) {
    return cell.states().stream()
        .map(state -> operands.add(rows, Lanes.padded(state.size())))
        .toArray(Operand[]::new);
  }

  private List<ParameterGradient> gradientsOf(int parameter) {
    return derivative.parameterGradients().stream()
        .filter(g -> g.parameter() == parameter)
        .toList();
  }

  /**
   * Two weights share the gradients of their products where these are the same values in the same
   * order: their widths are then the same, and so are the columns of the slices.
   */
  private void placeProductGradients() {
    var shared = new LinkedHashMap<List<Integer>, Operand>();
    for (int p = 0; p < productGradients.length; p++) {
      var spec = cell.parameters().get(p);
      if (!spec.isWeight()) {
        continue;
      }
      var gradients = gradientsOf(p);
      var values = gradients.stream().map(ParameterGradient::value).toList();
      var existing = shared.get(values);
      if (existing == null) {
        existing = operands.add(Rows.PACKED, ForwardPlan.paddedRows(spec));
        shared.put(values, existing);
        for (var gradient : gradients) {
          int column = ForwardPlan.paddedOffset(spec, gradient.offset());
          planner.store(gradient.value(), existing.full(column));
        }
      }
      productGradients[p] = existing;
    }
  }

  private void placeSources() {
    for (int i = 0; i < code.size(); i++) {
      switch (code.get(i)) {
        case Instruction.Input _ -> planner.source(i, input.full(0));
        case Instruction.State state -> planner.source(i, before[state.state()].full(0));
        case Instruction.NextState state -> planner.source(i, after[state.state()].full(0));
        case Instruction.NextGradient gradient ->
            planner.source(i, gradientsAfter[gradient.state()].full(0));
        case Instruction.Vector v ->
            planner.source(
                i,
                vectors[v.parameter()].full(
                    ForwardPlan.paddedOffset(cell.parameters().get(v.parameter()), v.offset())));
        case Instruction.Saved value -> {
          boolean scalar = value.width() == Instruction.SCALAR;
          var operand = operands.add(Rows.PACKED, scalar ? 1 : Lanes.padded(value.width()));
          saved.add(new ForwardPlan.StoredValue(value.value(), operand));
          planner.source(i, scalar ? operand.row(0) : operand.full(0));
        }
        case Instruction.RowSum _ -> {
          var operand = operands.add(Rows.WORKER, 1);
          scratch.add(operand);
          planner.source(i, operand.row(0));
        }
        default -> {}
      }
    }
  }

  /**
   * A state's gradient that is a product, or a product plus something, is written by the product.
   * Nothing else may read the product or the sum, neither of which is to be found elsewhere; and
   * the other term must be there before the product is: it is written in an earlier stage, or is a
   * source.
   */
  private void placeStateGradients() {
    for (int s = 0; s < cell.states().size(); s++) {
      int value = derivative.stateGradients().get(s);
      var target = gradientsBefore[s].full(0);
      if (isOwnProduct(value)) {
        productTargets.put(value, target);
        planner.source(value, target);
      } else if (code.get(value) instanceof Instruction.Binary sum
          && sum.op() == BinaryOp.PLUS
          && uses(value) == 1
          && (isOwnProduct(sum.b()) || isOwnProduct(sum.a()))) {
        int product = isOwnProduct(sum.b()) ? sum.b() : sum.a();
        int other = product == sum.b() ? sum.a() : sum.b();
        if (isBefore(other, product)) {
          productTargets.put(product, target);
          startedBy.put(product, other);
          absorbed.add(value);
          planner.store(other, target);
        } else {
          planner.store(value, target);
        }
      } else {
        planner.store(value, target);
      }
    }
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof LinearTransposed product && !productTargets.containsKey(i)) {
        var operand = operands.add(Rows.BATCH, Lanes.padded(product.width()));
        scratch.add(operand);
        productTargets.put(i, operand.full(0));
        planner.source(i, operand.full(0));
      }
    }
  }

  private boolean isOwnProduct(int value) {
    return code.get(value) instanceof LinearTransposed
        && uses(value) == 1
        && !productTargets.containsKey(value);
  }

  private int uses(int value) {
    int count = (int) derivative.stateGradients().stream().filter(v -> v == value).count();
    count += (int) derivative.parameterGradients().stream().filter(g -> g.value() == value).count();
    count += derivative.inputGradient() == value ? 1 : 0;
    for (var instruction : code) {
      count += (int) instruction.operands().stream().filter(v -> v == value).count();
    }
    return count;
  }

  /** Tells whether the first value is written in an earlier stage than that of the second. */
  private boolean isBefore(int value, int product) {
    return stageOf(value) < stageOf(product) && code.get(value).width() != Instruction.SCALAR;
  }

  private int stageOf(int value) {
    for (int s = 0; s < schedule.stages().size(); s++) {
      var stage = schedule.stages().get(s);
      if (stage.pointwise().contains(value)
          || stage.products().contains(value)
          || stage.rowSums().contains(value)) {
        return s;
      }
    }
    return 0;
  }

  private void placeVectorGradients() {
    for (var gradient : derivative.parameterGradients()) {
      if (cell.parameters().get(gradient.parameter()).isWeight()) {
        continue;
      }
      var place = packedPlaceOf(gradient.value());
      if (place == null) {
        var operand = operands.add(Rows.PACKED, Lanes.padded(gradient.rows()));
        ownVectorGradients.add(operand);
        place = operand.full(0);
        planner.store(gradient.value(), place);
      }
      vectorGradients.put(gradient, place);
    }
  }

  private @org.jspecify.annotations.Nullable Place packedPlaceOf(int value) {
    return planner.storesOf(value).stream()
        .filter(place -> place.operand().rows() == Rows.PACKED)
        .findFirst()
        .orElse(null);
  }

  /** Gives a place to every pointwise value that a row sum or a later stage reads. */
  private void placeForLaterStages() {
    for (int s = 0; s < schedule.stages().size(); s++) {
      for (int value : schedule.stages().get(s).pointwise()) {
        if (absorbed.contains(value) || code.get(value).width() == Instruction.SCALAR) {
          continue;
        }
        boolean lasting = packedPlaceOf(value) != null;
        if (!lasting && isReadAfter(s, value)) {
          var operand = operands.add(Rows.BATCH, Lanes.padded(code.get(value).width()));
          scratch.add(operand);
          planner.storeFirst(value, operand.full(0));
        }
      }
    }
  }

  private boolean isReadAfter(int stage, int value) {
    for (int s = stage + 1; s < schedule.stages().size(); s++) {
      var later = schedule.stages().get(s);
      for (int reader : later.pointwise()) {
        if (!absorbed.contains(reader) && code.get(reader).operands().contains(value)) {
          return true;
        }
      }
      if (later.rowSums().stream().anyMatch(i -> code.get(i).operands().contains(value))) {
        return true;
      }
    }
    return false;
  }

  private StageOps planStage(int index, Schedule.Stage stage) {
    var arriving = new ArrayList<Integer>();
    if (index == 0) {
      for (int i = 0; i < code.size(); i++) {
        if (Schedule.isSource(code.get(i))) {
          arriving.add(i);
        }
      }
    }
    arriving.addAll(stage.products());
    arriving.addAll(stage.rowSums());
    arriving.removeIf(value -> !planner.hasStores(value));
    var pointwise = stage.pointwise().stream().filter(i -> !absorbed.contains(i)).toList();
    return new StageOps(
        stage.products().stream().map(this::product).toList(),
        stage.rowSums().stream().map(this::rowSum).toList(),
        planner.plan(index, pointwise, arriving),
        pads(index));
  }

  /** A product reads the padding of its left operand and multiplies it by 0: it must be finite. */
  private List<PadOp> pads(int stage) {
    var pads = new ArrayList<PadOp>();
    for (var gradient : derivative.parameterGradients()) {
      var spec = cell.parameters().get(gradient.parameter());
      int padding = Lanes.padded(gradient.rows()) - gradient.rows();
      if (spec.isWeight() && padding > 0 && stageOf(gradient.value()) == stage) {
        var operand = Objects.requireNonNull(productGradients[gradient.parameter()]);
        int column = ForwardPlan.paddedOffset(spec, gradient.offset()) + gradient.rows();
        pads.add(new PadOp(operand, column, padding, Units.of(gradient.rows(), workers)));
      }
    }
    return pads;
  }

  private ProductOp product(int value) {
    var product = (LinearTransposed) code.get(value);
    int weight = weights.indexOf(product.parameter());
    if (weight == NONE) {
      weights.add(product.parameter());
      weight = weights.size() - 1;
    }
    var left = Objects.requireNonNull(productGradients[product.parameter()]).full(0);
    var target = Objects.requireNonNull(productTargets.get(value));
    var start = startedBy.containsKey(value) ? Start.ACCUMULATE : Start.OVERWRITE;
    if (planner.isWritten(target.operand()) != (start == Start.ACCUMULATE)) {
      throw new IllegalStateException(
          "product %d: expected a place that %s, got the opposite"
              .formatted(value, start == Start.ACCUMULATE ? "its sum began in" : "is its own"));
    }
    return new ProductOp(
        weight, left, target.operand(), start, List.of(), Units.of(product.width(), workers));
  }

  private RowSumOp rowSum(int value) {
    int operand = code.get(value).operands().getFirst();
    return new RowSumOp(
        Objects.requireNonNull(planner.placeOf(operand)),
        code.get(operand).width(),
        Objects.requireNonNull(planner.placeOf(value)));
  }

  /** Adds the gradient of the step's output to that of the state that is the output. */
  private List<PassPlan> planAddOutputGradient() {
    var sum = gradientsAfter[cell.output()].full(0);
    var pass = new PassCode();
    var slots =
        new PassPlan.Slot[] {
          new PassPlan.Slot(sum, NONE), new PassPlan.Slot(outputGradient.full(0), NONE)
        };
    int a = pass.add(new PassCode.Step.Load(pass.operand(), PassCode.Shape.FULL));
    int b = pass.add(new PassCode.Step.Load(pass.operand(), PassCode.Shape.FULL));
    int total = pass.add(new PassCode.Step.Binary(BinaryOp.PLUS, a, b, PassCode.Shape.FULL));
    pass.add(new PassCode.Step.Store(0, total));
    var compiled = PassLibrary.of(cell.name() + "_outputGradient", pass);
    return List.of(new PassPlan(compiled, pass, slots, Units.of(cell.outputSize(), workers)));
  }
}

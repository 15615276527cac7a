package dev.recurrent.cuda;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Derivative.ParameterGradient;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cuda.Slot.Place;
import dev.recurrent.cuda.Slot.Rows;
import dev.recurrent.cuda.driver.NumberType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Plans the backward step of a cell. The gradients of all products with one weight are written side
 * by side for every step, so that the weight's gradient is one product over all steps after the
 * time loop; weights with equal gradients, such as the LSTM's two, share them.
 */
final class BackwardPlan {
  private final CellProgram cell;
  private final Derivative derivative;
  private final Map<Integer, Place> targets = new HashMap<>(); // by product
  private final Map<Integer, Integer> startedBy = new HashMap<>(); // product to the other term

  final StepPlan step;
  final StepKernels kernels;
  final Slot input;
  final Slot inputGradient; // the part that does not come through a weight
  final Slot outputGradient;
  final List<Slot> before = new ArrayList<>(); // by state
  final List<Slot> after = new ArrayList<>(); // by state
  final List<Slot> gradientsBefore = new ArrayList<>(); // by state, [2 B, S]
  final List<Slot> gradientsAfter = new ArrayList<>(); // by state, the same memory
  final TreeMap<Integer, Slot> vectors = new TreeMap<>(); // by parameter
  final TreeMap<Integer, Slot> saved = new TreeMap<>(); // by forward value, [N, width]
  final TreeMap<Integer, Slot> productGradients = new TreeMap<>(); // by weight, may be shared
  final List<Slot> packed = new ArrayList<>(); // all gradients kept for every step, [N, width]
  final List<VectorGradient> vectorGradients = new ArrayList<>();
  final List<List<Product>> products = new ArrayList<>(); // by stage

  /** The product of the gradients of a weight's products with the weight. */
  record Product(int parameter, Slot left, Place result, int columns, float beta) {}

  /** Says where that is whose rows sum up to part of a vector's gradient. */
  record VectorGradient(int parameter, int offset, int rows, Place place) {}

  BackwardPlan(CellProgram cell, Derivative derivative, NumberType factorType) {
    this.cell = cell;
    this.derivative = derivative;
    step = new StepPlan(derivative.code(), factorType);
    input = new Slot(Rows.PACKED, cell.sizes().input());
    inputGradient = new Slot(Rows.PACKED, cell.sizes().input());
    outputGradient = new Slot(Rows.PACKED, cell.outputSize());
    for (var state : cell.states()) {
      before.add(new Slot(Rows.PREVIOUS, state.size()));
      after.add(new Slot(Rows.NEXT, state.size()));
      gradientsBefore.add(new Slot(Rows.GRADIENT_PREVIOUS, state.size()));
      gradientsAfter.add(new Slot(Rows.GRADIENT_NEXT, state.size()));
    }
    for (int i = 0; i < step.code().size(); i++) {
      readSource(i);
    }
    placeProductGradients();
    placeStateGradients();
    placeVectorGradients();
    if (derivative.inputGradient() >= 0) {
      step.store(derivative.inputGradient(), inputGradient.place(0));
    }
    step.placeForLaterStages();
    for (var stage : step.schedule().stages()) {
      products.add(stage.products().stream().map(this::product).toList());
    }
    kernels = new StepKernels(cell.name() + "_backward", step);
  }

  /** Returns all memory that steps read and write, but for the parameters that are weights. */
  List<Slot> slots() {
    var all = new ArrayList<>(List.of(input, inputGradient, outputGradient));
    all.addAll(before);
    all.addAll(after);
    all.addAll(gradientsBefore);
    all.addAll(vectors.values());
    all.addAll(saved.values());
    all.addAll(packed);
    all.addAll(step.scratch());
    return all;
  }

  private void readSource(int i) {
    switch (step.code().get(i)) {
      case Instruction.Input _ -> step.read(i, input.place(0));
      case Instruction.State state -> step.read(i, before.get(state.state()).place(0));
      case Instruction.NextState state -> step.read(i, after.get(state.state()).place(0));
      case Instruction.NextGradient gradient -> {
        var place = gradientsAfter.get(gradient.state()).place(0);
        if (gradient.state() == cell.output()) {
          step.read(i, place, outputGradient.place(0));
        } else {
          step.read(i, place);
        }
      }
      case Instruction.Vector v ->
          step.read(
              i,
              vectors
                  .computeIfAbsent(
                      v.parameter(), p -> new Slot(Rows.SHARED, cell.parameters().get(p).rows()))
                  .place(v.offset()));
      case Instruction.Saved value ->
          step.read(
              i, saved.computeIfAbsent(value.value(), _ -> step.newKept(value.width())).place(0));
      default -> {}
    }
  }

  /**
   * Two weights share the gradients of their products where these are the same values in the same
   * order: their widths are then the same, and so are the columns of the slices.
   */
  private void placeProductGradients() {
    var shared = new LinkedHashMap<List<Integer>, Slot>(); // by the values side by side
    for (int p = 0; p < cell.parameters().size(); p++) {
      var spec = cell.parameters().get(p);
      if (!spec.isWeight()) {
        continue;
      }
      int parameter = p;
      var gradients =
          derivative.parameterGradients().stream().filter(g -> g.parameter() == parameter).toList();
      var values = gradients.stream().map(ParameterGradient::value).toList();
      var slot = shared.get(values);
      if (slot == null) {
        slot = packedSlot(spec.rows(), step.factorType());
        shared.put(values, slot);
        for (var gradient : gradients) {
          step.store(gradient.value(), slot.place(gradient.offset()));
        }
      }
      productGradients.put(p, slot);
    }
  }

  private Slot packedSlot(int width, NumberType type) {
    var slot = new Slot(Rows.PACKED, width, type);
    packed.add(slot);
    return slot;
  }

  /**
   * A state's gradient that is a product, or a product plus something from an earlier stage, is
   * written by the product: that saves a launch at each step. Nothing else may read the product or
   * the sum, neither of which is to be found elsewhere; and the other term must be there before the
   * product is.
   */
  private void placeStateGradients() {
    for (int s = 0; s < cell.states().size(); s++) {
      int value = derivative.stateGradients().get(s);
      var target = gradientsBefore.get(s).place(0);
      if (isOwnProduct(value)) {
        placeProduct(value, target);
      } else if (step.code().get(value) instanceof Instruction.Binary sum
          && sum.op() == BinaryOp.PLUS
          && uses(value) == 1
          && (startsProduct(sum.a(), sum.b()) || startsProduct(sum.b(), sum.a()))) {
        boolean first = startsProduct(sum.a(), sum.b());
        int product = first ? sum.b() : sum.a();
        int other = first ? sum.a() : sum.b();
        placeProduct(product, target);
        startedBy.put(product, other);
        step.absorb(value);
        step.store(other, target);
      } else {
        step.store(value, target);
      }
    }
    for (int i = 0; i < step.code().size(); i++) {
      if (step.code().get(i) instanceof LinearTransposed product && !targets.containsKey(i)) {
        placeProduct(i, step.scratch(product.width()).place(0));
      }
    }
  }

  private void placeProduct(int product, Place target) {
    if (targets.containsValue(target)) {
      throw new IllegalStateException("product " + product + ": expected a place of its own");
    }
    targets.put(product, target);
    step.read(product, target);
  }

  private boolean isOwnProduct(int value) {
    return step.code().get(value) instanceof LinearTransposed
        && uses(value) == 1
        && !targets.containsKey(value);
  }

  private boolean startsProduct(int other, int product) {
    return isOwnProduct(product)
        && step.width(other) != Instruction.SCALAR
        && step.stageOf(other) < step.stageOf(product);
  }

  private int uses(int value) {
    long count = derivative.stateGradients().stream().filter(v -> v == value).count();
    count += derivative.parameterGradients().stream().filter(g -> g.value() == value).count();
    count += derivative.inputGradient() == value ? 1 : 0;
    for (var instruction : step.code()) {
      var operands =
          instruction instanceof LinearTransposed product
              ? product.operands()
              : instruction.operands();
      count += operands.stream().filter(v -> v == value).count();
    }
    return (int) count;
  }

  /** Takes slices together that lie side by side, such as all of the LSTM's bias. */
  private void placeVectorGradients() {
    for (var gradient : derivative.parameterGradients()) {
      if (cell.parameters().get(gradient.parameter()).isWeight()) {
        continue;
      }
      var place = packedPlaceOf(gradient.value());
      var last = vectorGradients.isEmpty() ? null : vectorGradients.getLast();
      if (last != null
          && last.parameter == gradient.parameter()
          && last.offset + last.rows == gradient.offset()
          && last.place.slot().equals(place.slot())
          && last.place.column() + last.rows == place.column()) {
        vectorGradients.removeLast();
        vectorGradients.add(
            new VectorGradient(
                last.parameter, last.offset, last.rows + gradient.rows(), last.place));
      } else {
        vectorGradients.add(
            new VectorGradient(gradient.parameter(), gradient.offset(), gradient.rows(), place));
      }
    }
  }

  private Place packedPlaceOf(int value) {
    for (var store : step.stores()) {
      if (store.value() == value && packed.contains(store.place().slot())) {
        return store.place();
      }
    }
    var place = packedSlot(step.width(value), NumberType.FLOAT32).place(0);
    step.store(value, place);
    return place;
  }

  private Product product(int value) {
    var product = (LinearTransposed) step.code().get(value);
    return new Product(
        product.parameter(),
        Objects.requireNonNull(productGradients.get(product.parameter())),
        Objects.requireNonNull(targets.get(value)),
        product.width(),
        startedBy.containsKey(value) ? 1 : 0);
  }
}

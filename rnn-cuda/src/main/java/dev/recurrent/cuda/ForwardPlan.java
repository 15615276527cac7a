package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.State;
import dev.recurrent.cuda.Slot.Place;
import dev.recurrent.cuda.Slot.Rows;
import dev.recurrent.cuda.driver.NumberType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Plans the forward step of a cell: which products each stage takes, and where values live. A
 * product has scratch memory of its own. To let cuBLAS add it to that of the input instead would
 * not save traffic: the product would read what the kernel then need not.
 */
final class ForwardPlan {
  final StepPlan step;
  final StepKernels kernels;
  final Slot input;
  final Slot output;
  final List<Slot> before = new ArrayList<>(); // by state
  final List<Slot> after = new ArrayList<>(); // by state
  final TreeMap<Integer, Slot> factorsBefore = new TreeMap<>(); // by state, for products
  final TreeMap<Integer, Slot> factorsAfter = new TreeMap<>(); // by state, the same memory
  final TreeMap<Integer, Slot> vectors = new TreeMap<>(); // by parameter
  final TreeMap<Integer, Slot> hoisted = new TreeMap<>(); // by parameter, [N, rows]
  final TreeMap<Integer, Slot> kept = new TreeMap<>(); // by value, [N, width]
  final List<List<Product>> products = new ArrayList<>(); // by stage

  /** The product of a value with all rows of a weight. */
  record Product(int parameter, Place left, int columns, Slot result) {}

  /**
   * Plans a step.
   *
   * @param needed the values that the backward pass needs
   * @param factorType the numbers of what products read; what is kept has the same
   */
  ForwardPlan(CellProgram cell, SortedSet<Integer> needed, NumberType factorType) {
    step = new StepPlan(cell.code(), factorType);
    input = new Slot(Rows.PACKED, cell.sizes().input());
    output = new Slot(Rows.PACKED, cell.outputSize());
    for (var state : cell.states()) {
      before.add(new Slot(Rows.PREVIOUS, state.size()));
      after.add(new Slot(Rows.NEXT, state.size()));
    }
    var results = new TreeMap<Integer, Slot>(); // by parameter
    readSources(cell, results);
    step.placeForLaterStages();
    if (factorType != NumberType.FLOAT32) {
      placeFactors(cell);
    }
    for (int s = 0; s < cell.states().size(); s++) {
      step.store(cell.next().get(s), after.get(s).place(0));
    }
    factorsAfter.forEach((s, slot) -> step.store(cell.next().get(s), slot.place(0)));
    step.store(cell.next().get(cell.output()), output.place(0));
    for (int value : needed) {
      var slot = step.newKept(step.width(value));
      kept.put(value, slot);
      step.storeIfKept(value, slot.place(0));
    }
    for (var stage : step.schedule().stages()) {
      products.add(products(stage.products(), results));
    }
    kernels = new StepKernels(cell.name() + "_forward", step);
  }

  /** Gives states that products read a second history, in the numbers of products. */
  private void placeFactors(CellProgram cell) {
    for (var parameter : cell.parameters()) {
      if (parameter.isWeight() && cell.code().get(parameter.operand()) instanceof State state) {
        int size = state.width();
        factorsBefore.put(state.state(), new Slot(Rows.PREVIOUS, size, step.factorType()));
        factorsAfter.put(state.state(), new Slot(Rows.NEXT, size, step.factorType()));
        step.factor(parameter.operand(), Objects.requireNonNull(factorsBefore.get(state.state())));
      }
    }
  }

  /** Returns all memory that steps read and write, but for the parameters that are weights. */
  List<Slot> slots() {
    var all = new ArrayList<>(List.of(input, output));
    all.addAll(before);
    all.addAll(after);
    all.addAll(factorsBefore.values());
    all.addAll(factorsAfter.values());
    all.addAll(vectors.values());
    all.addAll(hoisted.values());
    all.addAll(kept.values());
    all.addAll(step.scratch());
    return all;
  }

  private void readSources(CellProgram cell, Map<Integer, Slot> results) {
    for (int i = 0; i < cell.code().size(); i++) {
      switch (cell.code().get(i)) {
        case Instruction.Input _ -> step.read(i, input.place(0));
        case Instruction.State state -> step.read(i, before.get(state.state()).place(0));
        case Instruction.Vector v ->
            step.read(
                i,
                vectors
                    .computeIfAbsent(
                        v.parameter(), p -> new Slot(Rows.SHARED, cell.parameters().get(p).rows()))
                    .place(v.offset()));
        case Linear linear -> {
          int rows = cell.parameters().get(linear.parameter()).rows();
          boolean ofInput = cell.code().get(linear.operand()) instanceof Instruction.Input;
          var slot =
              ofInput
                  ? hoisted.computeIfAbsent(linear.parameter(), _ -> new Slot(Rows.PACKED, rows))
                  : results.computeIfAbsent(linear.parameter(), _ -> step.scratch(rows));
          step.read(i, slot.place(linear.offset()));
        }
        default -> {}
      }
    }
  }

  /**
   * Makes one product of all slices of a weight: they have the same operand, and each has columns
   * of its own in the result, as it has rows in the weight.
   */
  private List<Product> products(List<Integer> values, Map<Integer, Slot> results) {
    var byParameter = new TreeMap<Integer, Product>();
    for (int value : values) {
      var linear = (Linear) step.code().get(value);
      var result = results.get(linear.parameter());
      if (result != null && !byParameter.containsKey(linear.parameter())) {
        byParameter.put(
            linear.parameter(),
            new Product(
                linear.parameter(),
                step.factorOf(linear.operand()),
                step.width(linear.operand()),
                result));
      }
    }
    return List.copyOf(byParameter.values());
  }
}

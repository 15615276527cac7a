package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.cuda.Slot.Cursor;
import dev.recurrent.cuda.StepKernels.CallState;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import java.util.List;
import java.util.Objects;

/**
 * Runs the derivative of a cell back through sequences, and then takes the gradients of the input
 * and of the parameters, each one product or sum over all steps.
 */
final class BackwardPass implements AutoCloseable {
  private final Device device;
  private final Primitives primitives;
  private final CellProgram cell;
  private final BackwardPlan plan;
  private final boolean hasInputGradient;
  private final TimeLoops loops;
  private final Cursor at = new Cursor();
  private List<DeviceMatrix> factors = List.of(); // the parameters of a call, for products

  BackwardPass(
      Device device,
      Primitives primitives,
      CellProgram cell,
      BackwardPlan plan,
      boolean hasInputGradient) {
    this.device = device;
    this.primitives = primitives;
    this.cell = cell;
    this.plan = plan;
    this.hasInputGradient = hasInputGradient;
    loops = device.newTimeLoops();
  }

  void run(CudaTrace trace, BackwardCall call) {
    var forward = call.forward();
    var timeline = new Timeline(forward.layout(), forward.direction());
    try (var scratch = new DeviceLoan(device.pool())) {
      bind(trace, call, timeline, scratch);
      factors = primitives.factors(cell, forward.parameters(), scratch);
      var state = new CallState(true, null);
      int batch = forward.layout().batch();
      loops.run(
          timeline.loop(factors, plan.slots(), 0, List.of()),
          (from, to) -> {
            for (int k = from; k < to; k++) {
              int t = timeline.time(timeline.steps() - 1 - k);
              timeline.moveTo(t, at);
              at.gradientNext = (k & 1) * batch;
              at.gradientPrevious = batch - at.gradientNext;
              step(state, t);
            }
          });
      copyInitialGradients(call, timeline);
      inputGradient(call);
      for (int p = 0; p < cell.parameters().size(); p++) {
        addWeight(trace, call, timeline, p);
      }
      addVectors(call);
    }
  }

  private void bind(CudaTrace trace, BackwardCall call, Timeline timeline, DeviceLoan scratch) {
    var forward = call.forward();
    var layout = forward.layout();
    ForwardPass.bindRows(plan.input, forward.input());
    ForwardPass.bindRows(plan.outputGradient, call.dOutput());
    plan.vectors.forEach((p, slot) -> slot.bind(ForwardPass.vector(forward.parameters().get(p))));
    plan.saved.forEach((value, slot) -> slot.bind(Objects.requireNonNull(trace.values.get(value))));
    if (call.dInput() != null) {
      ForwardPass.bindRows(plan.inputGradient, call.dInput());
    } else if (hasInputGradient) {
      scratch.bind(plan.inputGradient, layout.totalRows());
    }
    plan.packed.forEach(slot -> scratch.bind(slot, layout.totalRows()));
    plan.step.scratch().forEach(slot -> scratch.bind(slot, layout.batch()));
    for (int s = 0; s < plan.before.size(); s++) {
      long history = trace.histories.get(s);
      plan.before.get(s).bind(history);
      plan.after.get(s).bind(history);
      bindStateGradient(call, s, timeline.layout().batch(), scratch);
    }
  }

  /** Both halves begin with the gradient of the final state: rows start at different steps. */
  private void bindStateGradient(BackwardCall call, int s, int batch, DeviceLoan scratch) {
    var slot = plan.gradientsBefore.get(s);
    scratch.bind(slot, 2 * batch);
    plan.gradientsAfter.get(s).bind(slot.matrix(0).address());
    var halves = slot.matrix(2 * batch);
    if (call.dFinalStates().isEmpty()) {
      primitives.fill(halves, 0);
    } else {
      var last = DeviceMatrix.of(call.dFinalStates().get(s));
      primitives.copy(last, halves.rows(0, batch));
      primitives.copy(last, halves.rows(batch, batch));
    }
  }

  private void step(CallState state, int t) {
    for (int s = 0; s < plan.products.size(); s++) {
      for (var product : plan.products.get(s)) {
        primitives.multiply(
            product.left().place(0).matrix(at, product.left().width()),
            factors.get(product.parameter()),
            product.result().matrix(at, product.columns()),
            product.beta());
      }
      plan.kernels.runRowSums(device, s, at, state, t);
      plan.kernels.runElements(device, s, at, state, t);
    }
  }

  /** The half that was written last depends on how many steps a sequence took. */
  private void copyInitialGradients(BackwardCall call, Timeline timeline) {
    int batch = timeline.layout().batch();
    for (int s = 0; s < call.dInitialStates().size(); s++) {
      var halves = plan.gradientsBefore.get(s).matrix(2 * batch);
      var target = DeviceMatrix.of(call.dInitialStates().get(s));
      for (int length = 0; length <= timeline.steps(); length++) {
        int from = timeline.running(length);
        int count = (length == 0 ? batch : timeline.running(length - 1)) - from;
        int half = (timeline.isForward() ? timeline.steps() : length) & 1;
        primitives.copy(halves.rows(half * batch + from, count), target.rows(from, count));
      }
    }
  }

  private void inputGradient(BackwardCall call) {
    if (call.dInput() == null) {
      return;
    }
    var target = DeviceMatrix.of(call.dInput());
    float beta = hasInputGradient ? 1 : 0;
    for (int p = 0; p < cell.parameters().size(); p++) {
      if (cell.parameters().get(p).kind() == Kind.INPUT_WEIGHT) {
        var gradient = productGradient(p).matrix(target.rows());
        primitives.multiply(gradient, factors.get(p), target, beta);
        beta = 1;
      }
    }
    if (beta == 0) {
      primitives.fill(target, 0);
    }
  }

  private Slot productGradient(int parameter) {
    return Objects.requireNonNull(plan.productGradients.get(parameter));
  }

  private void addWeight(CudaTrace trace, BackwardCall call, Timeline timeline, int parameter) {
    var spec = cell.parameters().get(parameter);
    int rows = timeline.layout().totalRows();
    if (!spec.isWeight() || rows == 0) {
      return;
    }
    var left = productGradient(parameter).matrix(rows).transposed();
    var target = DeviceMatrix.of(call.dParameters().get(parameter));
    try (var scratch = new DeviceLoan(device.pool())) {
      var right =
          switch (cell.code().get(spec.operand())) {
            case Instruction.Input _ ->
                primitives.factor(DeviceMatrix.of(call.forward().input()), scratch);
            case Instruction.State state ->
                statesBefore(timeline, stateFactors(trace, timeline, state.state()), scratch);
            default -> kept(trace, spec, rows);
          };
      primitives.multiply(left, right, target, 1);
    }
  }

  private DeviceMatrix kept(CudaTrace trace, ParameterSpec spec, int rows) {
    long address = Objects.requireNonNull(trace.values.get(spec.operand()));
    var type = device.factorType();
    return DeviceMatrix.of(address, rows, spec.columns(), type.stride(spec.columns()), type);
  }

  /** Returns the history of a state in the numbers of products. */
  private DeviceMatrix stateFactors(CudaTrace trace, Timeline timeline, int state) {
    var history = plan.before.get(state).matrix(timeline.historyRows());
    var address = trace.factors.get(state);
    if (address == null) {
      return history;
    }
    var type = device.factorType();
    int stride = type.stride(history.columns());
    return DeviceMatrix.of(address, history.rows(), history.columns(), stride, type);
  }

  /** The states before all steps are adjacent rows, but for forward sequences of many lengths. */
  private DeviceMatrix statesBefore(Timeline timeline, DeviceMatrix history, DeviceLoan scratch) {
    var layout = timeline.layout();
    int rows = layout.totalRows();
    if (!timeline.isForward() || layout.isUniform()) {
      return history.rows(timeline.isForward() ? 0 : timeline.running(0), rows);
    }
    var adjacent = scratch.take(rows, history.columns(), history.type());
    int from = 0;
    for (int t = 1; t <= layout.steps(); t++) {
      // A slot has the rows of the step before it: one copy takes slots while none is dropped.
      if (timeline.running(t) < timeline.running(t - 1)) {
        int start = layout.rowStart(from);
        int count = layout.rowStart(t - 1) + layout.batchSize(t - 1) - start;
        copySlots(timeline, history, from, adjacent.rows(start, count));
        from = t;
      }
    }
    return adjacent;
  }

  /** Copies slots from {@code from} on, of which the first may have more rows than its step. */
  private void copySlots(Timeline timeline, DeviceMatrix history, int from, DeviceMatrix target) {
    int first = timeline.running(from);
    primitives.copy(history.rows(timeline.slot(from), first), target.rows(0, first));
    int rest = target.rows() - first;
    if (rest > 0) {
      var source = history.rows(timeline.slot(from + 1), rest);
      primitives.copy(source, target.rows(first, rest));
    }
  }

  private void addVectors(BackwardCall call) {
    int rows = call.forward().layout().totalRows();
    for (var gradient : plan.vectorGradients) {
      Matrix vector = call.dParameters().get(gradient.parameter());
      ForwardPass.vector(vector);
      var target = DeviceMatrix.of(vector);
      var place = gradient.place();
      var all = place.slot().matrix(rows).columns(place.column(), gradient.rows());
      var out =
          DeviceMatrix.of(
              target.address() + 4L * gradient.offset(), 1, gradient.rows(), gradient.rows());
      primitives.sumRows(all, out, 1);
    }
  }

  @Override
  public void close() {
    loops.close();
  }
}

package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.cpu.PackedMatrix.Tails;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs the derivative of a cell back through sequences, and then takes the gradients of the input
 * and of the parameters, each one product or sum over all steps.
 */
final class BackwardPass {
  private final CellProgram cell;
  private final Derivative derivative;
  private final Workers workers;
  private final BackwardPlan plan;
  private final ParameterGradients parameterGradients;
  private final PackedWeight[] weights; // those of the loop, then perhaps that of the input
  private final List<Integer> transposed; // their parameters
  private final List<Tails> tails;
  private final int inputParameter;
  private final boolean readsInput;
  private final StepContext[] contexts;
  private final StepRunner runner;
  private final Parameters parameters;
  private float[] paddedOutputGradient = {};
  private float[] paddedInput = {};

  // the call in progress
  private Timeline timeline = new Timeline(SequenceLayout.ofLengths(), Direction.FORWARD, true);
  private Partition partition = new Partition(1, Partition.Axis.ROWS);
  private int partitionedFor;
  private boolean packs;
  private final Workers.Task loop = this::runWorker;
  private final Workers.Task inputTask = this::multiplyForInput;
  private Matrix dInput;

  BackwardPass(
      CellProgram cell, Derivative derivative, Workers workers, Gemm gemm, Matrix nothing) {
    this.cell = cell;
    this.derivative = derivative;
    this.workers = workers;
    dInput = nothing;
    plan = new BackwardPlan(cell, derivative, workers.count());
    parameterGradients = new ParameterGradients(cell, plan, workers, gemm);
    transposed = new ArrayList<>(plan.weights);
    tails = new ArrayList<>(transposed.stream().map(_ -> Tails.PADDED).toList());
    inputParameter = indexOfInputWeight();
    readsInput = derivative.code().stream().anyMatch(Instruction.Input.class::isInstance);
    if (inputParameter >= 0) {
      transposed.add(inputParameter);
      tails.add(Tails.EXACT);
    }
    weights = new PackedWeight[transposed.size()];
    contexts = new StepContext[workers.count()];
    for (int w = 0; w < contexts.length; w++) {
      contexts[w] =
          new StepContext(
              w, Math.max(2, plan.planner().mostOperands()), plan.planner().mostTemporaries());
    }
    runner = new StepRunner(workers, weights, plan.stages());
    parameters = new Parameters(cell, plan.vectors);
    workers.newCode();
  }

  void parametersChanged() {
    parameters.invalidate();
  }

  void run(CpuTrace trace, List<ForwardPlan.StoredValue> stored, BackwardCall call) {
    bind(trace, stored, call);
    if (partition.workers() == 1) {
      runWorker(0);
    } else {
      workers.run(loop);
    }
    copyInitialGradients(call);
    if (call.dInput() != null) {
      inputGradient(call.dInput());
    }
    parameterGradients.add(timeline, trace, stored, call);
  }

  private int indexOfInputWeight() {
    for (int p = 0; p < cell.parameters().size(); p++) {
      if (cell.parameters().get(p).kind() == Kind.INPUT_WEIGHT) {
        return p;
      }
    }
    return -1;
  }

  private void bind(CpuTrace trace, List<ForwardPlan.StoredValue> stored, BackwardCall call) {
    var forward = call.forward();
    var layout = forward.layout();
    boolean sameShape = timeline.isOf(layout, forward.direction());
    if (!sameShape) {
      timeline = new Timeline(layout, forward.direction(), true);
    }
    int worthwhile = workers.worthwhile();
    if (!sameShape || worthwhile != partitionedFor) {
      partitionedFor = worthwhile;
      partition = Partition.of(layout, cell.productFlops(), worthwhile);
    }
    packs =
        parameters.updateTransposed(
            forward.parameters(), weights, transposed, tails, workers.count());
    int rows = layout.totalRows();
    for (int s = 0; s < cell.states().size(); s++) {
      plan.before[s].bind(trace.histories()[s], 0);
      plan.after[s].bind(trace.histories()[s], 0);
      bindStateGradient(s, call);
    }
    for (var saved : plan.saved) {
      saved.operand().bind(trace.values()[indexOf(stored, saved.value())], 0);
    }
    for (var operand : plan.productGradients) {
      if (operand != null) {
        operand.bind(PaddedRows.grow(operand.array(), rows * operand.stride()), 0);
      }
    }
    for (var operand : plan.ownVectorGradients) {
      operand.bind(PaddedRows.grow(operand.array(), rows * operand.stride()), 0);
    }
    int scratchRows = layout.batch() * workers.count();
    for (var operand : plan.scratch) {
      operand.bind(PaddedRows.grow(operand.array(), scratchRows * operand.stride()), 0);
    }
    if (derivative.inputGradient() >= 0) {
      var operand = plan.inputGradient;
      operand.bind(PaddedRows.grow(operand.array(), rows * operand.stride()), 0);
    }
    paddedOutputGradient =
        PaddedRows.bind(call.dOutput(), plan.outputGradient, paddedOutputGradient);
    if (readsInput) {
      paddedInput = PaddedRows.bind(forward.input(), plan.input, paddedInput);
    }
    for (var context : contexts) {
      context.begin(layout.batch());
    }
    runner.begin(partition);
  }

  static int indexOf(List<ForwardPlan.StoredValue> stored, int value) {
    for (int i = 0; i < stored.size(); i++) {
      if (stored.get(i).value() == value) {
        return i;
      }
    }
    throw new IllegalStateException("value " + value + " was not kept");
  }

  /** Both halves begin with the gradient of the final state: rows start at different steps. */
  private void bindStateGradient(int s, BackwardCall call) {
    var operand = plan.gradientsAfter[s];
    int stride = operand.stride();
    int batch = timeline.layout().batch();
    var array = PaddedRows.grow(operand.array(), Math.max(1, 2 * batch) * stride);
    operand.bind(array, 0);
    plan.gradientsBefore[s].bind(array, 0);
    Arrays.fill(array, 0, 2 * batch * stride, 0);
    if (call.dFinalStates().isEmpty()) {
      return;
    }
    var last = call.dFinalStates().get(s);
    for (int b = 0; b < batch; b++) {
      int from = last.offset() + b * last.stride();
      for (int half = 0; half < 2; half++) {
        int to = (half * batch + b) * stride;
        System.arraycopy(CpuStorage.floats(last), from, array, to, last.columns());
      }
    }
  }

  private void runWorker(int worker) {
    if (worker >= partition.workers()) {
      return;
    }
    if (packs) {
      for (var weight : weights) {
        weight.pack(worker, partition.workers());
      }
      if (partition.workers() > 1) {
        workers.await(worker);
      }
    }
    var at = contexts[worker];
    var layout = timeline.layout();
    int from = partition.startRow(worker, layout.batch());
    int end = partition.endRow(worker, layout.batch());
    boolean waits = partition.needsBarriers() && plan.needsBarrierBetweenSteps();
    for (int k = 0; k < timeline.steps(); k++) {
      int t = timeline.time(timeline.steps() - 1 - k);
      at.moveTo(layout.rowStart(t), 0, timeline.previousSlot(t), timeline.nextSlot(t), k & 1);
      if (waits) {
        workers.await(worker);
      }
      int to = Math.min(end, layout.batchSize(t));
      runner.passes(at, worker, plan.addOutputGradient, from, to);
      runner.run(at, worker, from, to);
    }
  }

  private void copyInitialGradients(BackwardCall call) {
    if (call.dInitialStates().isEmpty()) {
      return;
    }
    int batch = timeline.layout().batch();
    for (int s = 0; s < cell.states().size(); s++) {
      var target = call.dInitialStates().get(s);
      var operand = plan.gradientsBefore[s];
      for (int b = 0; b < batch; b++) {
        int half = timeline.gradientHalf(b);
        int from = (half * batch + b) * operand.stride();
        int to = target.offset() + b * target.stride();
        System.arraycopy(operand.array(), from, CpuStorage.floats(target), to, target.columns());
      }
    }
  }

  private void inputGradient(Matrix target) {
    dInput = target;
    if (target.rows() > 0) {
      workers.share(inputTask);
    }
  }

  private void multiplyForInput(int worker) {
    int rows = dInput.rows();
    int from = (int) ((long) rows * worker / workers.count());
    int count = (int) ((long) rows * (worker + 1) / workers.count()) - from;
    var array = CpuStorage.floats(dInput);
    int offset = dInput.offset() + from * dInput.stride();
    if (inputParameter >= 0) {
      var left = plan.productGradients[inputParameter];
      var matrix = weights[weights.length - 1].matrix();
      contexts[worker]
          .product()
          .overwrite(
              left.array(),
              from * left.stride(),
              left.stride(),
              count,
              matrix,
              0,
              matrix.panels(),
              array,
              offset,
              dInput.stride());
    }
    boolean adds = derivative.inputGradient() >= 0;
    for (int r = 0; r < count && (adds || inputParameter < 0); r++) {
      int row = offset + r * dInput.stride();
      int direct = (from + r) * plan.inputGradient.stride();
      for (int c = 0; c < dInput.columns(); c++) {
        float own = adds ? plan.inputGradient.array()[direct + c] : 0;
        array[row + c] = inputParameter >= 0 ? array[row + c] + own : own;
      }
    }
  }
}

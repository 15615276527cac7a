package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Instruction;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.SequenceLayout;
import java.util.Arrays;
import java.util.List;

/**
 * Runs the derivative of a cell back through sequences, and then takes the gradients of the input
 * and of the parameters, each one product or sum over all steps. Used by one thread at a time.
 */
final class BackwardPass {
  private final CellProgram cell;
  private final Derivative derivative;
  private final Bindings bindings;
  private final Workers workers;
  private final BackwardPlan plan;
  private final ParameterGradients parameterGradients;
  private final boolean readsInput;
  private final StepContext[] contexts;
  private final StepRunner runner;
  private Parameters parameters;
  private float[] paddedOutputGradient = {};
  private float[] paddedInput = {};

  // the call in progress
  private Timeline timeline = new Timeline(SequenceLayout.ofLengths(), Direction.FORWARD, true);
  private Partition wanted = Partition.ALONE; // for as many workers as were worthwhile
  private Partition partition = Partition.ALONE;
  private int partitionedFor;
  private boolean packs;
  private final Workers.Task loop = this::runWorker;
  private final Workers.Task inputTask = this::multiplyForInput;
  private Matrix dInput;

  BackwardPass(
      CellProgram cell,
      BackwardPlan plan,
      Workers workers,
      WorkspacePool<Gemm> gemms,
      Matrix nothing) {
    this.cell = cell;
    this.plan = plan;
    this.workers = workers;
    derivative = plan.derivative();
    dInput = nothing;
    bindings = plan.unbound();
    parameterGradients = new ParameterGradients(cell, plan, bindings, workers, gemms);
    readsInput = derivative.code().stream().anyMatch(Instruction.Input.class::isInstance);
    contexts = new StepContext[workers.count()];
    for (int w = 0; w < contexts.length; w++) {
      contexts[w] = new StepContext(w, plan.planner(), bindings);
    }
    runner = new StepRunner(workers, plan.stages());
    parameters = new Parameters(cell, plan);
  }

  void run(CpuTrace trace, List<ForwardPlan.StoredValue> stored, BackwardCall call) {
    var forward = call.forward();
    packs = !parameters.areThose(forward.parameters(), forward.version());
    if (packs) {
      parameters.update(forward.parameters(), forward.version());
    }
    try {
      compute(trace, stored, call);
    } catch (RuntimeException | Error e) {
      parameters = new Parameters(cell, plan); // they may be packed in part
      throw e;
    }
  }

  private void compute(CpuTrace trace, List<ForwardPlan.StoredValue> stored, BackwardCall call) {
    bind(trace, stored, call);
    shareOut(wanted);
    if (partition.workers() == 1 || !workers.tryRun(loop)) {
      shareOut(Partition.ALONE);
      runWorker(0);
    }
    copyInitialGradients(call);
    if (call.dInput() != null) {
      inputGradient(call.dInput());
    }
    parameterGradients.add(timeline, trace, stored, call);
  }

  private void shareOut(Partition newPartition) {
    partition = newPartition;
    runner.shareOut(partition);
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
      wanted = Partition.of(layout, cell.productFlops(), worthwhile);
    }
    parameters.bindVectors(plan.vectors, bindings);
    runner.begin(parameters.weights());
    int rows = layout.totalRows();
    for (int s = 0; s < cell.states().size(); s++) {
      bindings.bind(plan.before[s], trace.histories()[s], 0);
      bindings.bind(plan.after[s], trace.histories()[s], 0);
      bindStateGradient(s, call);
    }
    for (var saved : plan.saved) {
      bindings.bind(saved.operand(), trace.values()[indexOf(stored, saved.value())], 0);
    }
    for (var operand : plan.productGradients) {
      if (operand != null) {
        bindings.reserve(operand, rows);
      }
    }
    for (var operand : plan.ownVectorGradients) {
      bindings.reserve(operand, rows);
    }
    int scratchRows = layout.batch() * workers.count();
    for (var operand : plan.scratch) {
      bindings.reserve(operand, scratchRows);
    }
    if (derivative.inputGradient() >= 0) {
      bindings.reserve(plan.inputGradient, rows);
    }
    paddedOutputGradient = bindings.bind(plan.outputGradient, call.dOutput(), paddedOutputGradient);
    if (readsInput) {
      paddedInput = bindings.bind(plan.input, forward.input(), paddedInput);
    }
    for (var context : contexts) {
      context.begin(layout.batch());
    }
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
    bindings.reserve(operand, Math.max(1, 2 * batch));
    var array = bindings.array(operand);
    bindings.bind(plan.gradientsBefore[s], array, 0);
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
      parameters.pack(worker, partition.workers());
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
        System.arraycopy(
            bindings.array(operand), from, CpuStorage.floats(target), to, target.columns());
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
    boolean multiplies = plan.inputParameter() >= 0;
    if (multiplies) {
      var left = plan.productGradients[plan.inputParameter()];
      var weights = parameters.weights();
      var matrix = weights[weights.length - 1].matrix();
      contexts[worker]
          .product()
          .overwrite(
              bindings.array(left),
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
    for (int r = 0; r < count && (adds || !multiplies); r++) {
      int row = offset + r * dInput.stride();
      int direct = (from + r) * plan.inputGradient.stride();
      for (int c = 0; c < dInput.columns(); c++) {
        float own = adds ? bindings.array(plan.inputGradient)[direct + c] : 0;
        array[row + c] = multiplies ? array[row + c] + own : own;
      }
    }
  }
}

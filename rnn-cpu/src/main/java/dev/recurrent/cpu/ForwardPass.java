package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.spi.Masks;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.spi.StoragePool;
import java.util.Arrays;

/**
 * Runs a cell forward over sequences: a compiled plan, which other passes share, with the memory
 * that one call works in. Used by one thread at a time.
 */
final class ForwardPass {
  /** Packed rows whose products with the input are taken at once; their results stay in cache. */
  private static final int CHUNK_ROWS = 192;

  private static final float[] NOTHING = {};
  private static final Trace NOTHING_KEPT = () -> {};

  private final CellProgram cell;
  private final Workers workers;
  private final StoragePool pool;
  private StoragePool.Loan loan; // of the trace that is being made
  private final ForwardPlan plan;
  private final boolean keeps;
  private final Bindings bindings;
  private final StepContext[] contexts;
  private final StepRunner runner;
  private final float[][] histories; // in inference: two slots each
  private float[] paddedOutput = {};
  private float[] paddedInput = {};
  private float[] zBuffer = {};

  // the call in progress
  private Timeline timeline = new Timeline(SequenceLayout.ofLengths(), Direction.FORWARD, false);
  private Partition wanted = Partition.ALONE; // for as many workers as were worthwhile
  private Partition partition = Partition.ALONE;
  private int partitionedFor;
  private boolean waits; // for the workers that have other units, before each step
  private float[] input = {};
  private int inputOffset;
  private int inputStride;
  private boolean drawsMasks;
  private long seed;
  private Parameters parameters;
  private boolean packs;
  private final Workers.Task task = this::runWorker;

  /**
   * Makes ready for calls of one cell.
   *
   * @param keeps whether a trace for the backward pass is made
   */
  ForwardPass(
      CellProgram cell, ForwardPlan plan, boolean keeps, Workers workers, StoragePool pool) {
    this.cell = cell;
    this.plan = plan;
    this.workers = workers;
    this.pool = pool;
    this.loan = pool.loan();
    this.keeps = keeps;
    bindings = plan.unbound();
    contexts = new StepContext[workers.count()];
    for (int w = 0; w < contexts.length; w++) {
      contexts[w] = new StepContext(w, plan.planner(), bindings);
    }
    runner = new StepRunner(workers, plan.stages());
    parameters = new Parameters(cell, plan);
    histories = new float[cell.states().size()][0];
  }

  /** Runs sequences with weights that are packed already, and keeps nothing. */
  Trace infer(ForwardCall call, Parameters packed) {
    parameters = packed;
    packs = false;
    compute(call);
    bindings.release(plan.output); // the caller's
    bindings.release(plan.input);
    input = NOTHING;
    return NOTHING_KEPT;
  }

  /** Runs sequences and keeps what the backward pass reads; packs weights if they have changed. */
  Trace train(ForwardCall call) {
    packs = !parameters.areThose(call.parameters(), call.version());
    if (packs) {
      parameters.update(call.parameters(), call.version());
    }
    loan = pool.loan();
    try {
      compute(call);
      return takeTrace();
    } catch (RuntimeException | Error e) {
      loan.close();
      parameters = new Parameters(cell, plan); // they may be packed in part
      throw e;
    }
  }

  private void compute(ForwardCall call) {
    bind(call);
    shareOut(wanted);
    if (partition.workers() == 1 || !workers.tryRun(task)) {
      shareOut(Partition.ALONE);
      runWorker(0);
    }
    copyFinalStates(call);
    if (call.output().columns() % Lanes.COUNT != 0) {
      PaddedRows.copyOut(paddedOutput, bindings.stride(plan.output), call.output());
    }
  }

  private void shareOut(Partition newPartition) {
    partition = newPartition;
    waits = partition.needsBarriers() && plan.readsWholeStates();
    runner.shareOut(partition);
  }

  private void bind(ForwardCall call) {
    boolean sameShape = timeline.isOf(call.layout(), call.direction()); // as most calls have
    if (!sameShape) {
      timeline = new Timeline(call.layout(), call.direction(), keeps);
    }
    int worthwhile = call.layout().totalRows() <= 1 ? 1 : workers.worthwhile();
    if (!sameShape || worthwhile != partitionedFor) {
      partitionedFor = worthwhile;
      wanted = Partition.of(call.layout(), cell.productFlops(), worthwhile);
    }
    parameters.bindVectors(plan.vectors, bindings);
    runner.begin(parameters.weights());
    seed = call.seed();
    drawsMasks = call.mode() == Mode.TRAINING;
    input = CpuStorage.floats(call.input());
    inputOffset = call.input().offset();
    inputStride = call.input().stride();
    int rows = call.layout().totalRows();
    if (plan.readsInput()) {
      paddedInput = bindings.bind(plan.input, call.input(), paddedInput);
    }
    bindOutput(call.output(), rows);
    bindStates(call);
    for (int i = 0; i < plan.masks.size(); i++) {
      bindings.reserve(plan.masks.get(i).operand(), rows);
    }
    for (int i = 0; i < plan.stored.size(); i++) {
      var operand = plan.stored.get(i).operand();
      bindings.bind(operand, CpuStorage.floats(loan.take(rows, operand.stride())), 0);
    }
    int scratchRows = call.layout().batch() * workers.count();
    for (int i = 0; i < plan.scratch.size(); i++) {
      bindings.reserve(plan.scratch.get(i), scratchRows);
    }
    int chunk = Math.min(rows, Math.max(CHUNK_ROWS, call.layout().batch()));
    zBuffer = PaddedRows.grow(zBuffer, Lanes.ALIGNED + chunk * plan.z.stride());
    bindings.bind(plan.z, zBuffer, Lanes.ALIGNED);
    for (int w = 0; w < contexts.length; w++) {
      contexts[w].begin(call.layout().batch());
    }
  }

  private void bindOutput(Matrix matrix, int rows) {
    if (matrix.columns() % Lanes.COUNT == 0) {
      bindings.bind(plan.output, CpuStorage.floats(matrix), matrix.offset(), matrix.stride());
    } else {
      int stride = Lanes.padded(matrix.columns());
      paddedOutput = PaddedRows.grow(paddedOutput, rows * stride);
      bindings.bind(plan.output, paddedOutput, 0, stride);
    }
  }

  private void bindStates(ForwardCall call) {
    for (int s = 0; s < histories.length; s++) {
      int stride = plan.before[s].stride();
      int rows = Math.max(1, timeline.historyRows());
      histories[s] =
          keeps
              ? CpuStorage.floats(loan.take(rows, stride))
              : PaddedRows.grow(histories[s], rows * stride);
      bindings.bind(plan.before[s], histories[s], 0);
      bindings.bind(plan.after[s], histories[s], 0);
      var initial = call.initialStates().isEmpty() ? null : call.initialStates().get(s);
      int width = cell.states().get(s).size();
      for (int b = 0; b < timeline.firstRows(); b++) {
        int at = timeline.initialRow(b) * stride;
        Arrays.fill(histories[s], at, at + stride, 0);
        if (initial != null) {
          int from = initial.offset() + b * initial.stride();
          System.arraycopy(CpuStorage.floats(initial), from, histories[s], at, width);
        }
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
    for (int k = 0; k < timeline.steps(); ) {
      int chunk = timeline.chunkSteps(k, CHUNK_ROWS);
      int chunkStart = timeline.chunkStart(k, chunk);
      if (k > 0 && partition.needsBarriers() && plan.readsWholeProducts()) {
        workers.await(worker); // others may still read all columns of the chunk before
      }
      multiplyInput(at, worker, k, chunk, chunkStart);
      for (int i = 0; i < chunk; i++) {
        step(at, worker, k + i, chunkStart);
      }
      k += chunk;
    }
  }

  /** Takes a step: a method of its own, which is called often, is compiled sooner than a loop. */
  private void step(StepContext at, int worker, int k, int chunkStart) {
    int t = timeline.time(k);
    moveTo(at, t, chunkStart);
    int from = startRow(worker);
    int to = endRow(worker, t);
    fillMasks(worker, t, from, to); // before waiting: a product may read whole masks
    if (waits) {
      workers.await(worker);
    }
    runner.run(at, worker, from, to);
  }

  /** Returns a worker's first row of each step. */
  private int startRow(int worker) {
    return partition.startRow(worker, timeline.layout().batch());
  }

  /** Returns the end of a worker's rows of a step. */
  private int endRow(int worker, int t) {
    var layout = timeline.layout();
    return Math.min(partition.endRow(worker, layout.batch()), layout.batchSize(t));
  }

  private void moveTo(StepContext at, int t, int chunkStart) {
    int packed = timeline.layout().rowStart(t);
    at.moveTo(packed, chunkStart, timeline.previousSlot(t), timeline.nextSlot(t), 0);
  }

  /** Multiplies the inputs of a chunk of steps; a worker does so for what it will read itself. */
  private void multiplyInput(StepContext at, int worker, int k, int chunk, int chunkStart) {
    if (partition.axis() == Partition.Axis.ROWS && partition.workers() > 1) {
      for (int i = 0; i < chunk; i++) {
        multiplyOwnRows(at, worker, k + i, chunkStart);
      }
      return;
    }
    at.moveTo(chunkStart, chunkStart, 0, 0, 0);
    int first = inputOffset + chunkStart * inputStride;
    int rows = timeline.chunkRows(k, chunk);
    for (int h = 0; h < plan.hoisted.size(); h++) {
      runner.product(at, worker, plan.hoisted.get(h), input, first, inputStride, 0, rows);
    }
  }

  /** Multiplies the inputs of a worker's rows of a step. */
  private void multiplyOwnRows(StepContext at, int worker, int k, int chunkStart) {
    int t = timeline.time(k);
    int start = timeline.layout().rowStart(t);
    at.moveTo(start, chunkStart, 0, 0, 0);
    int from = startRow(worker);
    int to = endRow(worker, t);
    int first = inputOffset + (start + from) * inputStride;
    for (int h = 0; h < plan.hoisted.size() && to > from; h++) {
      var op = plan.hoisted.get(h);
      runner.product(at, worker, op, input, first, inputStride, from, to - from);
    }
  }

  /** Fills the masks of a step for rows {@code [from, to)}; the same bits by every worker. */
  private void fillMasks(int worker, int t, int from, int to) {
    for (int i = 0; i < plan.masks.size(); i++) {
      fillMask(plan.masks.get(i), worker, t, from, to);
    }
  }

  private void fillMask(ForwardPlan.MaskPlace place, int worker, int t, int from, int to) {
    var mask = place.mask();
    var operand = place.operand();
    var array = bindings.array(operand);
    var units = place.units();
    int start = partition.startBlock(worker, units) * Lanes.COUNT;
    int end = Math.min(mask.width(), partition.endBlock(worker, units) * Lanes.COUNT);
    float keep = (float) mask.keep();
    long maskSeed = Masks.seed(seed, mask, t);
    for (int b = from; b < to; b++) {
      int row = (timeline.layout().rowStart(t) + b) * operand.stride();
      int key = RandomBits.rowKey(maskSeed, timeline.layout().originalIndex(b));
      for (int unit = start; unit < end; unit++) {
        array[row + unit] = !drawsMasks ? keep : RandomBits.keeps(key, unit, keep) ? 1 : 0;
      }
    }
  }

  private void copyFinalStates(ForwardCall call) {
    for (int s = 0; s < histories.length; s++) {
      var target = call.finalStates().get(s);
      int width = cell.states().get(s).size();
      for (int b = 0; b < timeline.layout().batch(); b++) {
        int to = target.offset() + b * target.stride();
        if (b < timeline.firstRows()) {
          int from = timeline.finalRow(b) * plan.after[s].stride();
          System.arraycopy(histories[s], from, CpuStorage.floats(target), to, width);
        } else if (call.initialStates().isEmpty()) {
          Arrays.fill(CpuStorage.floats(target), to, to + width, 0);
        } else {
          var initial = call.initialStates().get(s);
          int from = initial.offset() + b * initial.stride();
          System.arraycopy(CpuStorage.floats(initial), from, CpuStorage.floats(target), to, width);
        }
      }
    }
  }

  private Trace takeTrace() {
    var values = new float[plan.stored.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = bindings.array(plan.stored.get(i).operand());
    }
    return new CpuTrace(loan, histories.clone(), values);
  }
}

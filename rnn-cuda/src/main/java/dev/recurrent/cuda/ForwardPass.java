package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cuda.Slot.Cursor;
import dev.recurrent.cuda.StepKernels.CallState;
import dev.recurrent.cuda.StepKernels.Draws;
import dev.recurrent.spi.Masks;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a cell over sequences: the products with the input are one for all steps, and each step is
 * for each stage its products and its kernels. Nothing in the loop waits for the device.
 */
final class ForwardPass implements AutoCloseable {
  private final Device device;
  private final Primitives primitives;
  private final CellProgram cell;
  private final ForwardPlan plan;
  private final TimeLoops loops;
  private final Cursor at = new Cursor();
  private List<DeviceMatrix> factors = List.of(); // the parameters of a call, for products

  ForwardPass(Device device, Primitives primitives, CellProgram cell, ForwardPlan plan) {
    this.device = device;
    this.primitives = primitives;
    this.cell = cell;
    this.plan = plan;
    loops = device.newTimeLoops();
  }

  void run(ForwardCall call, CudaTrace trace) {
    var timeline = new Timeline(call.layout(), call.direction());
    try (var scratch = new DeviceLoan(device.pool())) {
      var state = bind(call, timeline, trace, scratch);
      factors = primitives.factors(cell, call.parameters(), scratch);
      initialise(call, timeline);
      multiplyInput(call, scratch);
      loops.run(
          loop(timeline, state),
          (from, to) -> {
            for (int k = from; k < to; k++) {
              int t = timeline.time(k);
              timeline.moveTo(t, at);
              step(state, t);
            }
          });
      copyFinalStates(call, timeline);
    }
  }

  private TimeLoops.Loop loop(Timeline timeline, CallState state) {
    var draws = state.draws();
    return timeline.loop(
        factors,
        plan.slots(),
        state.keeps() ? 1 : 0,
        draws == null ? List.of() : List.of(draws.sequences(), draws.seeds()));
  }

  private CallState bind(ForwardCall call, Timeline timeline, CudaTrace trace, DeviceLoan scratch) {
    var layout = call.layout();
    boolean keeps = call.mode() != Mode.INFERENCE;
    bindRows(plan.input, call.input());
    bindRows(plan.output, call.output());
    plan.vectors.forEach((p, slot) -> slot.bind(vector(call.parameters().get(p))));
    for (int s = 0; s < plan.before.size(); s++) {
      long history = trace.loan().take(timeline.historyRows(), plan.before.get(s).width());
      trace.histories.add(history);
      plan.before.get(s).bind(history);
      plan.after.get(s).bind(history);
    }
    plan.factorsBefore.forEach(
        (s, slot) -> {
          var history =
              trace.loan().take(timeline.historyRows(), slot.width(), slot.type()).address();
          trace.factors.put(s, history);
          slot.bind(history);
          Objects.requireNonNull(plan.factorsAfter.get(s)).bind(history);
        });
    plan.hoisted.values().forEach(slot -> scratch.bind(slot, layout.totalRows()));
    plan.step.scratch().forEach(slot -> scratch.bind(slot, layout.batch()));
    plan.kept.forEach(
        (value, slot) -> {
          slot.bind(0);
          if (keeps) {
            trace.loan().bind(slot, layout.totalRows());
            trace.values.put(value, slot.matrix(0).address());
          }
        });
    return new CallState(keeps, call.mode() == Mode.TRAINING ? draws(call, scratch) : null);
  }

  private @Nullable Draws draws(ForwardCall call, DeviceLoan scratch) {
    var layout = call.layout();
    var masks = plan.step.masks();
    if (masks.isEmpty() || layout.steps() == 0) {
      return null;
    }
    var numbers = new int[layout.batch() + 2 * layout.steps() * masks.size()];
    for (int row = 0; row < layout.batch(); row++) {
      numbers[row] = layout.originalIndex(row);
    }
    int i = layout.batch();
    for (int t = 0; t < layout.steps(); t++) {
      for (var mask : masks) {
        long seed = Masks.seed(call.seed(), mask, t);
        numbers[i++] = (int) seed;
        numbers[i++] = (int) (seed >>> 32);
      }
    }
    long address = scratch.take(numbers.length, 1);
    device.driver().upload(MemorySegment.ofArray(numbers), address);
    return new Draws(address, address + 4L * layout.batch());
  }

  static void bindRows(Slot slot, Matrix matrix) {
    slot.bind(CudaStorage.address(matrix), matrix.stride());
  }

  /** Returns where a vector {@code [rows, 1]} without gaps is. */
  static long vector(Matrix vector) {
    if (vector.rows() > 1 && vector.stride() != 1) {
      throw new IllegalArgumentException(
          "vector: expected stride 1, got " + vector.stride() + " of " + vector.shape());
    }
    return CudaStorage.address(vector);
  }

  /** Puts the initial state of each sequence into the slot in which it starts. */
  private void initialise(ForwardCall call, Timeline timeline) {
    for (int s = 0; s < plan.before.size(); s++) {
      var history = plan.before.get(s).matrix(timeline.historyRows());
      for (int length = 1; length <= timeline.steps(); length++) {
        int from = timeline.running(length);
        int count = timeline.running(length - 1) - from;
        if (count > 0) {
          int row = timeline.initialSlot(length) + from;
          copyInitial(call, s, from, history.rows(row, count));
          var factor = plan.factorsBefore.get(s);
          if (factor != null) {
            var narrow = factor.matrix(timeline.historyRows()).rows(row, count);
            primitives.narrow(history.rows(row, count), narrow);
          }
        }
      }
    }
  }

  private void copyInitial(ForwardCall call, int state, int from, DeviceMatrix target) {
    if (call.initialStates().isEmpty()) {
      primitives.fill(target, 0);
    } else {
      var initial = DeviceMatrix.of(call.initialStates().get(state));
      primitives.copy(initial.rows(from, target.rows()), target);
    }
  }

  private void multiplyInput(ForwardCall call, DeviceLoan scratch) {
    if (plan.hoisted.isEmpty()) {
      return;
    }
    var input = primitives.factor(DeviceMatrix.of(call.input()), scratch);
    plan.hoisted.forEach(
        (parameter, slot) ->
            primitives.multiply(
                input, factors.get(parameter).transposed(), slot.matrix(input.rows()), 0));
  }

  private void step(CallState state, int t) {
    plan.kernels.runPrologue(device, at, state, t);
    for (int s = 0; s < plan.products.size(); s++) {
      for (var product : plan.products.get(s)) {
        primitives.multiply(
            product.left().matrix(at, product.columns()),
            factors.get(product.parameter()).transposed(),
            product.result().matrix(at.rows),
            0);
      }
      plan.kernels.runRowSums(device, s, at, state, t);
      plan.kernels.runElements(device, s, at, state, t);
    }
  }

  /** Of a sequence without steps the final state is the initial one. */
  private void copyFinalStates(ForwardCall call, Timeline timeline) {
    int batch = call.layout().batch();
    for (int s = 0; s < plan.before.size(); s++) {
      var history = plan.before.get(s).matrix(timeline.historyRows());
      var target = DeviceMatrix.of(call.finalStates().get(s));
      for (int length = 1; length <= timeline.steps(); length++) {
        int from = timeline.running(length);
        int count = timeline.running(length - 1) - from;
        if (count > 0) {
          var source = history.rows(timeline.finalSlot(length) + from, count);
          primitives.copy(source, target.rows(from, count));
        }
      }
      int started = timeline.running(0);
      if (started < batch) {
        copyInitial(call, s, started, target.rows(started, batch - started));
      }
    }
  }

  @Override
  public void close() {
    loops.close();
  }
}

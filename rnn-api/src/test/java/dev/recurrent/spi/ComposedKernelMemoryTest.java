package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.reference.ReferenceStorage;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ComposedKernelMemoryTest {
  private final CountingBackend backend = new CountingBackend();
  private final CellProblem problem =
      new CellProblem(
          backend,
          Setup.of(Cells.LSTM.program(CellSizes.of(3, 5)), SequenceLayout.ofLengths(2, 0, 3), 1));
  private final ComposedRecurrentKernel kernel =
      new ComposedRecurrentKernel(backend, Cells.LSTM.program(CellSizes.of(3, 5)));

  @Test
  void secondCallAllocatesNothing() {
    problem.run(kernel);
    int allocated = backend.allocated();
    problem.run(kernel);
    assertEquals(allocated, backend.allocated());
  }

  @Test
  void batchesOfRisingLengthsHoldNoMoreThanTwiceTheLongest() {
    long rising = heldAfter(IntStream.rangeClosed(1, 40));
    long longest = heldAfter(IntStream.of(40));
    assertTrue(rising <= 2 * longest, rising + " elements for " + longest);
  }

  /** Returns the elements that a kernel holds after batches of the given numbers of steps. */
  private long heldAfter(IntStream steps) {
    var program = Cells.LSTM.program(CellSizes.of(3, 5));
    long before = backend.openElements();
    try (var grown = new ComposedRecurrentKernel(backend, program)) {
      steps.forEach(
          count -> {
            var setup = Setup.of(program, SequenceLayout.uniform(count, 50), 1);
            try (var batch = new CellProblem(backend, setup)) {
              batch.run(grown);
            }
          });
      return backend.openElements() - before;
    }
  }

  @Test
  void closeGivesEverythingBackWhatATraceHoldsToo() {
    problem.run(kernel);
    var trace = kernel.forward(problem.forwardCall());
    kernel.close();
    trace.close();
    problem.close();
    assertEquals(0, backend.open());
  }

  @Test
  @Timeout(60)
  void tapesThatNobodyClosedGiveTheirMemoryBack() throws InterruptedException {
    try (var layer = Recurrent.of(Cells.LSTM, 3, 5).build(backend, 1)) {
      trainAndForget(layer);
      layer.trim();
      long held = backend.openElements();
      for (int i = 0; i < 20; i++) {
        trainAndForget(layer);
      }
      assertTrue(backend.openElements() > 5 * held);
      while (backend.openElements() > held) {
        System.gc();
        Thread.sleep(10); // the cleaner has a thread of its own
        layer.trim();
      }
    }
  }

  /** Leaves a tape open on which a way back is possible. */
  @SuppressWarnings("resource")
  private void trainAndForget(Recurrent layer) {
    var tape = Tape.training(backend, 1);
    var x = tape.input(Sequences.ofFeatures(List.<float[][]>of(new float[50][3])));
    assertTrue(layer.on(tape, x).requiresGradient());
  }

  @Test
  void trimmingFreesWhatIsKeptForLaterCalls() {
    problem.run(kernel);
    long kept = backend.openElements();
    kernel.trim();
    long trimmed = backend.openElements();
    assertTrue(trimmed < kept, trimmed + " of " + kept);
    problem.run(kernel);
    assertEquals(kept, backend.openElements());
  }

  @Test
  void pointwiseKernelKeepsOneMatrixForEachValueThatIsNeededAtOnce() {
    var builder = new PointwiseProgram.Builder("sums");
    int sum = builder.input();
    for (int i = 0; i < 20; i++) {
      sum = builder.apply(BinaryOp.PLUS, builder.apply(BinaryOp.TIMES, sum, sum), sum);
    }
    var matrix = problem.forwardCall().input();
    long before = backend.open();
    try (var pointwise = new ComposedPointwiseKernel(backend, builder.output(sum).build())) {
      pointwise.run(List.of(matrix), new float[0], List.of(matrix));
      int allocated = backend.allocated();
      pointwise.run(List.of(matrix), new float[0], List.of(matrix));
      assertEquals(allocated, backend.allocated());
      // The numbers, and three matrices: the sum, its square and the next sum.
      assertEquals(before + 4, backend.open());
    }
    assertEquals(before, backend.open());
  }

  @Test
  void backwardNeedsAnOpenTraceOfThisKernelThatWasNotForInference() {
    RecurrentKernel.Trace foreign = () -> {};
    assertThrows(
        IllegalArgumentException.class, () -> kernel.backward(foreign, problem.backwardCall()));
    var closed = kernel.forward(problem.forwardCall());
    closed.close();
    assertThrows(
        IllegalArgumentException.class, () -> kernel.backward(closed, problem.backwardCall()));
    var setup =
        Setup.of(Cells.LSTM.program(CellSizes.of(3, 5)), SequenceLayout.ofLengths(2), 1)
            .with(Mode.INFERENCE);
    try (var inference = new CellProblem(backend, setup);
        var trace = kernel.forward(inference.forwardCall())) {
      assertThrows(
          IllegalArgumentException.class, () -> kernel.backward(trace, inference.backwardCall()));
    }
  }

  /** Remembers what was allocated. */
  private static final class CountingBackend implements Backend, Memory {
    private final ReferenceBackend reference = new ReferenceBackend();
    private final List<ReferenceStorage> storages = new ArrayList<>();

    int allocated() {
      return storages.size();
    }

    long open() {
      return storages.stream().filter(ReferenceStorage::isOpen).count();
    }

    long openElements() {
      return storages.stream()
          .filter(ReferenceStorage::isOpen)
          .mapToLong(ReferenceStorage::size)
          .sum();
    }

    @Override
    public Storage allocate(DataType type, int size) {
      var storage = reference.memory().allocate(type, size);
      storages.add((ReferenceStorage) storage);
      return storage;
    }

    @Override
    public void write(Storage storage, int offset, float[] values, int from, int length) {
      reference.memory().write(storage, offset, values, from, length);
    }

    @Override
    public void write(Storage storage, int offset, int[] values, int from, int length) {
      reference.memory().write(storage, offset, values, from, length);
    }

    @Override
    public void read(Storage storage, int offset, float[] values, int to, int length) {
      reference.memory().read(storage, offset, values, to, length);
    }

    @Override
    public void read(Storage storage, int offset, int[] values, int to, int length) {
      reference.memory().read(storage, offset, values, to, length);
    }

    @Override
    public DeviceInfo device() {
      return reference.device();
    }

    @Override
    public Memory memory() {
      return this;
    }

    @Override
    public TensorOps ops() {
      return reference.ops();
    }

    @Override
    public void close() {
      reference.close();
    }
  }
}

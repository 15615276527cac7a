package dev.recurrent.cuda;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.Tolerance;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import dev.recurrent.cuda.jcuda.JCudaDevice;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Precision;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the backend through JCuda on libraries that stand in for those of NVIDIA; in a process of
 * its own, which {@link JCudaTest} starts.
 */
final class FakeGpu {
  private FakeGpu() {}

  /** Takes the libraries, in the order in which they are to be loaded. */
  public static void main(String[] libraries) {
    var files = Stream.of(libraries).map(Path::of).toList();
    for (var precision : Precision.values()) {
      try (var backend = new CudaBackend(() -> JCudaDevice.open(0, files, precision));
          var reference = new ReferenceBackend()) {
        System.out.println(backend.device());
        copiesComeBack(backend);
        cellsMatchReference(backend, reference);
        outOfMemoryIsSaid(backend);
      }
    }
    refusedSourceCarriesTheLog(files);
    System.out.println("done");
  }

  /** More than fits into pinned memory at once. */
  private static void copiesComeBack(Backend backend) {
    var values = new float[3_000_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    var read = new float[values.length];
    try (var storage = backend.memory().allocate(DataType.FLOAT32, values.length)) {
      backend.memory().read(storage, 0, read, 0, read.length);
      Tolerance.assertSameBits(new float[values.length], read, "new memory");
      backend.memory().write(storage, 0, values, 0, values.length);
      backend.memory().read(storage, 0, read, 0, read.length);
    }
    Tolerance.assertSameBits(values, read, "copies");
  }

  private static void cellsMatchReference(Backend backend, Backend reference) {
    for (var cell : List.of(Cells.LSTM, Cells.GRU_RESET_BEFORE, Cells.LSTM_LAYERNORM)) {
      var program = cell.program(CellSizes.of(5, 37));
      var layout = SequenceLayout.ofLengths(2, 4, 0, 3);
      var setup = Setup.of(program, layout, 1).with(Mode.TRAINING).with(CellProblem.Lie.VIEW);
      try (var tested = backend.compile(program);
          var expected = reference.compile(program);
          var a = new CellProblem(backend, setup);
          var b = new CellProblem(reference, setup)) {
        a.run(tested);
        a.run(tested); // recorded
        a.run(tested); // replayed
        for (int i = 0; i < 3; i++) {
          b.run(expected);
        }
        for (int i = 0; i < a.results().size(); i++) {
          var wanted = b.results().get(i);
          Tolerance.assertClose(
              wanted.elements(),
              a.results().get(i).elements(),
              PrecisionTest.tolerance(backend.precision()) + Tolerance.ofSum(300),
              cell + " " + wanted.name());
        }
      }
    }
  }

  private static void outOfMemoryIsSaid(Backend backend) {
    try {
      backend.memory().allocate(DataType.FLOAT32, 1 << 29).close();
      throw new AssertionError("expected too little memory");
    } catch (OutOfDeviceMemoryException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void refusedSourceCarriesTheLog(List<Path> files) {
    var parts = JCudaDevice.open(0, files, Precision.FP32);
    try {
      parts.compiler().compile(new KernelSource("wrong", "neither CUDA nor C"));
      throw new AssertionError("expected a refusal");
    } catch (KernelCompilationException e) {
      System.out.println(e.getMessage());
    } finally {
      parts.blas().close();
      parts.driver().close();
    }
  }
}

package dev.recurrent.cuda;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.Tolerance;
import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.LibraryChoice;
import dev.recurrent.cuda.driver.LibraryChoice.Binding;
import dev.recurrent.cuda.driver.LibraryChoice.Library;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import dev.recurrent.cuda.jcuda.JCudaDevice;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Precision;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs the backend through JCuda on libraries that stand in for those of NVIDIA; in a process of
 * its own, which {@link BindingsTest} starts.
 */
final class FakeGpu {
  private FakeGpu() {}

  /**
   * Takes a folder of the libraries, their version of CUDA, by what they are to be called, and the
   * precisions to be tried.
   */
  public static void main(String[] arguments) throws IOException {
    var folder = Path.of(arguments[0]);
    int version = Integer.parseInt(arguments[1]);
    var binding = Binding.valueOf(arguments[2]);
    var libraries =
        new LibraryChoice(
            List.of(folder.resolve("libcuda.so.1")),
            new Library(folder.resolve("libcublas.so." + version), version, binding),
            new Library(folder.resolve("libnvrtc.so." + version), version, binding));
    int capability = Integer.parseInt(System.getenv("RNN_FAKE_CAPABILITY"));
    if (capability < 8) {
      refusesPrecisionsThatTheDeviceLacks(libraries);
      return;
    }
    for (var name : arguments[3].split(" ", -1)) {
      var precision = Precision.valueOf(name);
      try (var backend = new CudaBackend(() -> JCudaDevice.open(0, libraries, precision));
          var reference = new ReferenceBackend()) {
        System.out.println(backend.device());
        copiesComeBack(backend);
        cellsMatchReference(backend, reference);
        outOfMemoryIsSaid(backend);
      }
    }
    refusedSourceCarriesTheLog(libraries);
    lostDeviceEndsWithAnError(libraries, folder);
    System.out.println("done");
  }

  private static void refusesPrecisionsThatTheDeviceLacks(LibraryChoice libraries) {
    try {
      new CudaBackend(() -> JCudaDevice.open(0, libraries, Precision.BF16)).close();
      throw new AssertionError("expected a refusal");
    } catch (CudaException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void lostDeviceEndsWithAnError(LibraryChoice libraries, Path folder)
      throws IOException {
    var backend = new CudaBackend(() -> JCudaDevice.open(0, libraries, Precision.FP32));
    var storage = backend.memory().allocate(DataType.FLOAT32, 4);
    Files.createFile(folder.resolve("lost"));
    try {
      backend.ops().fill(Matrix.of(storage, 2, 2), 1);
      throw new AssertionError("expected a lost device");
    } catch (CudaException e) {
      System.out.println("lost: " + e.getMessage());
    }
    try {
      backend.close();
      throw new AssertionError("expected a lost device");
    } catch (CudaException e) {
      storage.close(); // closing what was lost with it is harmless
    }
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

  private static void refusedSourceCarriesTheLog(LibraryChoice libraries) {
    var parts = JCudaDevice.open(0, libraries, Precision.FP32);
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

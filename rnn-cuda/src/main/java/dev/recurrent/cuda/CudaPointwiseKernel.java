package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Driver.Kernel;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import java.util.List;

/** Runs an elementwise program as one kernel. */
final class CudaPointwiseKernel implements PointwiseKernel {
  private final Device device;
  private final Kernel kernel;

  CudaPointwiseKernel(Device device, PointwiseProgram program) {
    this.device = device;
    var text = Resources.text(Primitives.FUNCTIONS) + PointwiseSource.write(program);
    kernel =
        device
            .module(new KernelSource(program.name(), text))
            .kernel(PointwiseSource.kernelName(program));
  }

  @Override
  public void run(List<Matrix> inputs, float[] scalars, List<Matrix> outputs) {
    if (outputs.isEmpty() || outputs.getFirst().rows() == 0) {
      return;
    }
    if (outputs.getFirst().columns() > 0) {
      device.run(() -> launch(inputs, scalars, outputs));
    }
  }

  private void launch(List<Matrix> inputs, float[] scalars, List<Matrix> outputs) {
    int rows = outputs.getFirst().rows();
    int columns = outputs.getFirst().columns();
    var arguments = device.arguments().add(rows).add(columns);
    for (var matrix : inputs) {
      arguments.address(CudaStorage.address(matrix)).add(matrix.stride());
    }
    for (var matrix : outputs) {
      arguments.address(CudaStorage.address(matrix)).add(matrix.stride());
    }
    for (float scalar : scalars) {
      arguments.add(scalar);
    }
    kernel.launch(Launches.elements(rows, columns), arguments);
  }

  /** Does nothing: equal programs share their kernel, which the backend owns. */
  @Override
  public void close() {}
}

package dev.recurrent.cuda;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cuda.driver.Blas.Product;
import dev.recurrent.cuda.driver.Driver.Kernel;
import dev.recurrent.cuda.driver.Driver.KernelModule;
import dev.recurrent.cuda.driver.Driver.LaunchShape;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.LaunchArguments;
import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.spi.Matrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Launches the kernels of {@code library.cu}, and products; on the device's thread. */
final class Primitives {
  /** The functions that all kernels may use; they stand before each source. */
  static final String FUNCTIONS = "functions.cu";

  private final Device device;
  private final KernelModule library;
  private final Map<String, Kernel> kernels = new HashMap<>();

  Primitives(Device device) {
    this.device = device;
    library =
        device.module(
            new KernelSource(
                "library.cu", Resources.text(FUNCTIONS) + Resources.text("library.cu")));
  }

  /** c = a b + beta c; both factors are in the numbers of products. */
  void multiply(DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, float beta) {
    if (c.rows() == 0 || c.columns() == 0) {
      return;
    }
    int k = a.productColumns();
    if (k == 0) {
      var arguments = matrix(elements(c).add(beta), c);
      forElements("scale", c, arguments);
      return;
    }
    device
        .blas()
        .multiply(
            new Product(
                c.rows(), c.columns(), k, a.factor(), b.factor(), beta, c.address(), c.stride()));
  }

  /** Copies numbers of one type. */
  void copy(DeviceMatrix a, DeviceMatrix out) {
    var kernel = out.type().bytes() == 4 ? "copy_words" : "copy_halves";
    forElements(kernel, out, matrix(matrix(elements(out), a), out));
  }

  /** Returns a matrix in the numbers of products: itself, or a copy in memory that is lent. */
  DeviceMatrix factor(DeviceMatrix a, DeviceLoan loan) {
    var type = device.factorType();
    if (a.type() == type) {
      return a;
    }
    var copy = loan.take(a.rows(), a.columns(), type);
    narrow(a, copy);
    return a.order() == Matrix.Order.NORMAL ? copy : copy.transposed();
  }

  /** Returns the parameters of a cell, of which the weights are in the numbers of products. */
  List<DeviceMatrix> factors(CellProgram cell, List<Matrix> parameters, DeviceLoan loan) {
    var all = new ArrayList<DeviceMatrix>();
    for (int p = 0; p < parameters.size(); p++) {
      var parameter = DeviceMatrix.of(parameters.get(p));
      all.add(cell.parameters().get(p).isWeight() ? factor(parameter, loan) : parameter);
    }
    return all;
  }

  /** Rounds FLOAT32 to another type. */
  void narrow(DeviceMatrix a, DeviceMatrix out) {
    forElements("narrow_" + out.type().kernelName(), out, matrix(matrix(elements(out), a), out));
  }

  void fill(DeviceMatrix out, float value) {
    forElements("fill", out, matrix(elements(out), out).add(value));
  }

  void affine(DeviceMatrix a, float scale, float shift, DeviceMatrix out) {
    forElements("affine", out, matrix(matrix(elements(out), a).add(scale).add(shift), out));
  }

  void addScaled(float alpha, DeviceMatrix x, DeviceMatrix y) {
    forElements("add_scaled", y, matrix(matrix(elements(y).add(alpha), x), y));
  }

  void unary(UnaryOp op, DeviceMatrix a, DeviceMatrix out) {
    forElements("unary_" + lower(op), out, matrix(matrix(elements(out), a), out));
  }

  void binary(BinaryOp op, DeviceMatrix a, DeviceMatrix b, DeviceMatrix out) {
    var arguments = matrix(elements(out), a);
    arguments.address(b.address());
    arguments.add(b.rows() == 1 ? 0 : b.stride()).add(b.columns() == 1 ? 0 : 1);
    forElements("binary_" + lower(op), out, matrix(arguments, out));
  }

  void sumRows(DeviceMatrix a, DeviceMatrix out, float beta) {
    var arguments = matrix(elements(a), a).address(out.address()).add(beta);
    if (a.columns() > 0) {
      launch(
          "sum_rows_" + a.type().kernelName(), Launches.columns(a.rows(), a.columns()), arguments);
    }
  }

  void sumColumns(DeviceMatrix a, DeviceMatrix out) {
    if (a.columns() == 0) {
      fill(out, 0);
    }
    forRows("sum_columns", a, matrix(matrix(device.arguments().add(a.columns()), a), out));
  }

  void addSumOfSquares(DeviceMatrix a, DeviceMatrix out) {
    if (a.rows() == 0 || a.columns() == 0) {
      return;
    }
    var shape = Launches.partialSums(a.rows(), a.columns());
    long partial = device.pool().take(4L * shape.blocks());
    launch("sum_of_squares", shape, matrix(elements(a), a).address(partial));
    var arguments = device.arguments().add(shape.blocks()).address(partial).address(out.address());
    launch("add_partial_sums", Launches.rows(1, shape.blocks()), arguments);
    device.pool().giveBack(partial);
  }

  void gatherRows(DeviceMatrix table, DeviceMatrix rows, DeviceMatrix out) {
    forElements("gather_rows", out, matrix(matrix(matrix(elements(out), table), rows), out));
  }

  void scatterAddRows(DeviceMatrix a, DeviceMatrix rows, DeviceMatrix table) {
    forRows("scatter_add_rows", a, matrix(matrix(matrix(elements(a), a), rows), table));
  }

  void softmax(DeviceMatrix a, DeviceMatrix out) {
    forRows("softmax", a, matrix(matrix(device.arguments().add(a.columns()), a), out));
  }

  /** What {@code softmax_cross_entropy} takes. */
  record CrossEntropy(
      DeviceMatrix logits,
      DeviceMatrix targets,
      float labelSmoothing,
      float scale,
      DeviceMatrix losses,
      DeviceMatrix dLogits) {}

  void softmaxCrossEntropy(CrossEntropy call) {
    var arguments = device.arguments().add(call.logits.columns());
    matrix(matrix(arguments, call.logits), call.targets);
    arguments.add(call.labelSmoothing).add(call.scale);
    matrix(matrix(arguments, call.losses), call.dLogits);
    forRows("softmax_cross_entropy", call.logits, arguments);
  }

  /** Draws a mask for rows numbered from 0 on. */
  void keepMask(long seed, float keep, float value, DeviceMatrix out) {
    forElements("keep_mask", out, matrix(seed(elements(out), seed).add(keep).add(value), out));
  }

  /** Draws a mask for rows with numbers of their own. */
  void keepMask(long seed, float keep, float value, DeviceMatrix rows, DeviceMatrix out) {
    var arguments = seed(elements(out), seed).add(keep).add(value);
    forElements("keep_mask_of_rows", out, matrix(matrix(arguments, rows), out));
  }

  private static String lower(Enum<?> op) {
    return op.name().toLowerCase(Locale.ROOT);
  }

  private static LaunchArguments seed(LaunchArguments arguments, long seed) {
    return arguments.add((int) seed).add((int) (seed >>> 32));
  }

  private LaunchArguments elements(DeviceMatrix shape) {
    return device.arguments().add(shape.rows()).add(shape.columns());
  }

  private static LaunchArguments matrix(LaunchArguments arguments, DeviceMatrix matrix) {
    return arguments.address(matrix.address()).add(matrix.stride());
  }

  private void forElements(String name, DeviceMatrix shape, LaunchArguments arguments) {
    if (shape.rows() > 0 && shape.columns() > 0) {
      launch(name, Launches.elements(shape.rows(), shape.columns()), arguments);
    }
  }

  private void forRows(String name, DeviceMatrix shape, LaunchArguments arguments) {
    if (shape.rows() > 0 && shape.columns() > 0) {
      launch(name, Launches.rows(shape.rows(), shape.columns()), arguments);
    }
  }

  private void launch(String name, LaunchShape shape, LaunchArguments arguments) {
    kernels.computeIfAbsent(name, library::kernel).launch(shape, arguments);
  }
}

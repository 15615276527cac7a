package dev.recurrent.cuda;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps;

/** Hands the primitives of the contract over to the device. */
final class CudaTensorOps implements TensorOps {
  private final Device device;
  private final Primitives primitives;

  CudaTensorOps(Device device, Primitives primitives) {
    this.device = device;
    this.primitives = primitives;
  }

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, float beta) {
    device.run(
        () -> {
          try (var scratch = new DeviceLoan(device.pool())) {
            var left = primitives.factor(on(a), scratch);
            var right = primitives.factor(on(b), scratch);
            primitives.multiply(left, right, on(c), beta);
          }
        });
  }

  @Override
  public void unary(UnaryOp op, Matrix a, Matrix out) {
    device.run(() -> primitives.unary(op, on(a), on(out)));
  }

  @Override
  public void binary(BinaryOp op, Matrix a, Matrix b, Matrix out) {
    device.run(() -> primitives.binary(op, on(a), on(b), on(out)));
  }

  @Override
  public void affine(Matrix a, float scale, float shift, Matrix out) {
    device.run(() -> primitives.affine(on(a), scale, shift, on(out)));
  }

  @Override
  public void addScaled(float alpha, Matrix x, Matrix y) {
    device.run(() -> primitives.addScaled(alpha, on(x), on(y)));
  }

  @Override
  public void copy(Matrix a, Matrix out) {
    device.run(() -> primitives.copy(on(a), on(out)));
  }

  @Override
  public void fill(Matrix out, float value) {
    device.run(() -> primitives.fill(on(out), value));
  }

  @Override
  public void sumRows(Matrix a, Matrix out, float beta) {
    device.run(() -> primitives.sumRows(on(a), on(out), beta));
  }

  @Override
  public void sumColumns(Matrix a, Matrix out) {
    device.run(() -> primitives.sumColumns(on(a), on(out)));
  }

  @Override
  public void addSumOfSquares(Matrix a, Matrix out) {
    device.run(() -> primitives.addSumOfSquares(on(a), on(out)));
  }

  @Override
  public void gatherRows(Matrix table, Matrix rows, Matrix out) {
    device.run(() -> primitives.gatherRows(on(table), on(rows), on(out)));
  }

  @Override
  public void scatterAddRows(Matrix a, Matrix rows, Matrix table) {
    device.run(() -> primitives.scatterAddRows(on(a), on(rows), on(table)));
  }

  @Override
  public void softmaxCrossEntropy(CrossEntropyCall call) {
    device.run(
        () ->
            primitives.softmaxCrossEntropy(
                new Primitives.CrossEntropy(
                    on(call.logits()),
                    on(call.targets()),
                    call.labelSmoothing(),
                    call.scale(),
                    on(call.losses()),
                    on(call.dLogits()))));
  }

  @Override
  public void softmax(Matrix a, Matrix out) {
    device.run(() -> primitives.softmax(on(a), on(out)));
  }

  @Override
  public void keepMask(long seed, float keep, float value, Matrix out) {
    device.run(() -> primitives.keepMask(seed, keep, value, on(out)));
  }

  @Override
  public void keepMask(MaskDraw draw, Matrix rows, Matrix out) {
    device.run(
        () -> primitives.keepMask(draw.seed(), draw.keep(), draw.value(), on(rows), on(out)));
  }

  private static DeviceMatrix on(Matrix matrix) {
    return DeviceMatrix.of(matrix);
  }
}

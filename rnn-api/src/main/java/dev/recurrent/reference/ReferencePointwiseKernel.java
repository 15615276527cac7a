package dev.recurrent.reference;

import static dev.recurrent.reference.ReferenceStorage.doubles;

import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.PointwiseProgram.Step;
import java.util.List;

/** Computes a pointwise program element by element. */
final class ReferencePointwiseKernel implements PointwiseKernel {
  private final PointwiseProgram program;

  ReferencePointwiseKernel(PointwiseProgram program) {
    this.program = program;
  }

  @Override
  public void run(List<Matrix> inputs, float[] scalars, List<Matrix> outputs) {
    if (outputs.isEmpty()) {
      return;
    }
    var shape = outputs.getFirst();
    for (int r = 0; r < shape.rows(); r++) {
      for (int c = 0; c < shape.columns(); c++) {
        var values = element(inputs, scalars, r, c);
        for (int k = 0; k < outputs.size(); k++) {
          var out = outputs.get(k);
          doubles(out.storage())[out.offset() + r * out.stride() + c] =
              values[program.outputs().get(k)];
        }
      }
    }
  }

  private double[] element(List<Matrix> inputs, float[] scalars, int r, int c) {
    var values = new double[program.code().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (program.code().get(i)) {
            case Step.Input input -> {
              var in = inputs.get(input.index());
              yield doubles(in.storage())[in.offset() + r * in.stride() + c];
            }
            case Step.Scalar scalar -> scalars[scalar.index()];
            case Step.Constant constant -> constant.value();
            case Step.Unary unary -> unary.op().apply(values[unary.a()]);
            case Step.Binary binary -> binary.op().apply(values[binary.a()], values[binary.b()]);
          };
    }
    return values;
  }

  @Override
  public void close() {}
}

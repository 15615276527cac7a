package dev.recurrent.cuda;

import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.PointwiseProgram.Step;

/**
 * Writes an elementwise program as one kernel. Its arguments are rows, columns, then pointer and
 * distance between rows of each input and each output, then the scalars. A thread reads all inputs
 * of an element before it writes any output, so that both may be the same memory.
 */
final class PointwiseSource {
  private PointwiseSource() {}

  static String kernelName(PointwiseProgram program) {
    return KernelText.identifier(program.name());
  }

  static String write(PointwiseProgram program) {
    var text = new StringBuilder("KERNEL(" + kernelName(program) + ", int rows, int columns");
    for (int i = 0; i < program.inputs(); i++) {
      text.append(", ALIASED(const float) in%d, int si%d".formatted(i, i));
    }
    for (int i = 0; i < program.outputs().size(); i++) {
      text.append(", ALIASED(float) out%d, int so%d".formatted(i, i));
    }
    for (int i = 0; i < program.scalars(); i++) {
      text.append(", float scalar%d".formatted(i));
    }
    text.append(") {\n").append(KernelWriter.ELEMENT);
    for (int i = 0; i < program.code().size(); i++) {
      if (program.code().get(i) instanceof Step.Input) {
        text.append("    float v%d = %s;\n".formatted(i, expression(program, i)));
      }
    }
    for (int i = 0; i < program.code().size(); i++) {
      if (!(program.code().get(i) instanceof Step.Input)) {
        text.append("    float v%d = %s;\n".formatted(i, expression(program, i)));
      }
    }
    for (int i = 0; i < program.outputs().size(); i++) {
      int value = program.outputs().get(i);
      text.append("    out%d[row * so%d + column] = v%d;\n".formatted(i, i, value));
    }
    return text.append("  }\n}\n").toString();
  }

  private static String expression(PointwiseProgram program, int i) {
    return switch (program.code().get(i)) {
      case Step.Input in -> "in%d[row * si%d + column]".formatted(in.index(), in.index());
      case Step.Scalar scalar -> "scalar" + scalar.index();
      case Step.Constant constant -> KernelText.number(constant.value());
      case Step.Unary unary -> KernelText.call(unary.op(), "v" + unary.a());
      case Step.Binary binary -> KernelText.call(binary.op(), "v" + binary.a(), "v" + binary.b());
    };
  }
}

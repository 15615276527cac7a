package dev.recurrent.bench;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures elementwise programs: arithmetic alone, one function, and all of an LSTM's. */
@State(Scope.Benchmark)
public class PointwiseBenchmark extends BackendBenchmark {
  /** The program. */
  @Param({"multiply-add", "sigmoid", "tanh", "lstm"})
  public String program = "";

  /** The number of elements. */
  @Param({"4096", "1048576"})
  public int elements;

  private final List<Matrix> inputs = new ArrayList<>();
  private final List<Matrix> outputs = new ArrayList<>();
  private @Nullable PointwiseKernel kernel;

  /** Compiles the program and fills its inputs. */
  @Setup
  public void prepare() {
    var compiled = named(program);
    kernel = backend().compile(compiled);
    for (int i = 0; i < compiled.inputs(); i++) {
      inputs.add(random(1, elements));
    }
    for (int i = 0; i < compiled.outputs().size(); i++) {
      outputs.add(random(1, elements));
    }
  }

  /** Computes all elements. */
  @Benchmark
  public void run() {
    if (kernel != null) {
      kernel.run(inputs, new float[0], outputs);
      backend().synchronize();
    }
  }

  /** Returns the program of a name. */
  static PointwiseProgram named(String name) {
    var p = new PointwiseProgram.Builder(name);
    int a = p.input();
    return switch (name) {
      case "multiply-add" ->
          p.output(p.apply(BinaryOp.PLUS, p.apply(BinaryOp.TIMES, a, p.input()), a)).build();
      case "sigmoid" -> p.output(p.apply(UnaryOp.SIGMOID, a)).build();
      case "tanh" -> p.output(p.apply(UnaryOp.TANH, a)).build();
      case "lstm" -> {
        int f = p.apply(UnaryOp.SIGMOID, p.input());
        int g = p.apply(UnaryOp.TANH, p.input());
        int o = p.apply(UnaryOp.SIGMOID, p.input());
        int i = p.apply(UnaryOp.SIGMOID, a);
        int kept = p.apply(BinaryOp.TIMES, f, p.input());
        int c = p.apply(BinaryOp.PLUS, kept, p.apply(BinaryOp.TIMES, i, g));
        int h = p.apply(BinaryOp.TIMES, o, p.apply(UnaryOp.TANH, c));
        yield p.output(c).output(h).build();
      }
      default -> throw new IllegalArgumentException("program: expected a known one, got " + name);
    };
  }
}

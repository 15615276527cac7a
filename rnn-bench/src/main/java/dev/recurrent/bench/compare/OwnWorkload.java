package dev.recurrent.bench.compare;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.spi.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs a stack of recurrent kernels of one of our backends. What a training step does to its
 * kernels is all here: gradients are cleared, the parameters count as changed, so that weights are
 * packed anew, the output is summed, and backward runs through all layers. Not part of it, as in
 * the peers: the upload of x, the gradient of x, an optimizer.
 */
public final class OwnWorkload implements Workload {
  private final Backend backend;
  private final Work.Mode mode;
  private final List<Layer> layers = new ArrayList<>();
  private final List<Storage> storages = new ArrayList<>();
  private final ArrayDeque<Trace> traces = new ArrayDeque<>();
  private final Matrix gradients; // [1, all parameters]
  private final Matrix ones; // [N, O]
  private final Matrix sums; // [1, O]

  private long version; // of the parameters

  private record Layer(RecurrentKernel kernel, ForwardCall forward, BackwardCall backward) {
    /** Returns the same layer with other values of its parameters. */
    Layer withVersion(long version) {
      var call = forward.withVersion(version);
      var back =
          new BackwardCall(
              call,
              backward.dOutput(),
              backward.dFinalStates(),
              backward.dInput(),
              backward.dInitialStates(),
              backward.dParameters());
      return new Layer(kernel, call, back);
    }
  }

  /** Values of the parameters in the order of the program, and the input. */
  public record Values(List<float[]> parameters, float[] x) {}

  /** Prepares the work with values drawn from a seed. */
  public OwnWorkload(Backend backend, CellDefinition cell, Work.Shape shape, Work.Mode mode) {
    this.backend = backend;
    this.mode = mode;
    var layout = SequenceLayout.uniform(shape.steps(), shape.batch());
    var random = new SplittableRandom(1);
    int rows = layout.totalRows();
    var programs = new ArrayList<CellProgram>();
    for (int l = 0; l < shape.layers(); l++) {
      int input = l == 0 ? shape.input() : programs.getLast().outputSize();
      programs.add(cell.program(CellSizes.of(input, shape.hidden())));
    }
    int size = (int) programs.stream().mapToLong(CellProgram::parameterCount).sum();
    gradients = matrix(1, size);
    var x = normal(random, matrix(rows, shape.input()), 1);
    int outputs = programs.getLast().outputSize();
    ones = matrix(rows, outputs);
    backend.ops().fill(ones, 1);
    sums = matrix(1, outputs);
    int offset = 0;
    var dOutputs = new ArrayList<Matrix>(); // of each layer
    for (int l = 0; l < shape.layers(); l++) {
      boolean last = l == shape.layers() - 1;
      dOutputs.add(last ? ones : matrix(rows, outputs));
    }
    for (int l = 0; l < shape.layers(); l++) {
      var program = programs.get(l);
      var parameters = new ArrayList<Matrix>();
      var dParameters = new ArrayList<Matrix>();
      for (var spec : program.parameters()) {
        double scale = 1 / Math.sqrt(shape.hidden());
        parameters.add(normal(random, matrix(spec.rows(), spec.columns()), scale));
        dParameters.add(
            new Matrix(
                gradients.storage(),
                offset,
                spec.rows(),
                spec.columns(),
                spec.columns(),
                Matrix.Order.NORMAL));
        offset += spec.size();
      }
      var forward =
          new ForwardCall(
              layout,
              Direction.FORWARD,
              mode == Work.Mode.TRAIN
                  ? RecurrentKernel.Mode.TRAINING
                  : RecurrentKernel.Mode.INFERENCE,
              1,
              x,
              List.of(),
              parameters,
              0,
              matrix(rows, program.outputSize()),
              program.states().stream().map(s -> matrix(shape.batch(), s.size())).toList());
      var backward =
          new BackwardCall(
              forward,
              dOutputs.get(l),
              List.of(),
              l == 0 ? null : dOutputs.get(l - 1),
              List.of(),
              dParameters);
      layers.add(new Layer(backend.compile(program), forward, backward));
      x = forward.output();
    }
  }

  /** Returns the parameters of the first layer and the input. */
  public Values values() {
    var call = layers.getFirst().forward();
    return new Values(call.parameters().stream().map(this::read).toList(), read(call.input()));
  }

  /** Returns the output of the last run, {@code [N, O]}. */
  public float[] output() {
    return read(layers.getLast().forward().output());
  }

  @Override
  public void run() {
    if (mode == Work.Mode.FWD) {
      layers.forEach(layer -> layer.kernel().forward(layer.forward()).close());
    } else {
      train();
    }
    backend.synchronize();
  }

  private void train() {
    backend.ops().fill(gradients, 0);
    version++;
    layers.replaceAll(layer -> layer.withVersion(version));
    for (var layer : layers) {
      traces.push(layer.kernel().forward(layer.forward()));
    }
    backend.ops().sumRows(layers.getLast().forward().output(), sums, 0);
    for (var layer : layers.reversed()) {
      var trace = traces.pop();
      layer.kernel().backward(trace, layer.backward());
      trace.close();
    }
  }

  @Override
  public boolean isFinite() {
    return isFinite(output()) && isFinite(read(gradients));
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    layers.forEach(layer -> layer.kernel().close());
    storages.forEach(Storage::close);
  }

  /** Returns the bias and the rest of the parameters as PyTorch's layers have them. */
  static PyTorchParameters pyTorch(CellProgram program, Values values) {
    var w = new float[0];
    var u = new float[0];
    var bias = new float[0];
    var extra = new ArrayList<Float>();
    int gates = 0;
    for (int p = 0; p < program.parameters().size(); p++) {
      var spec = program.parameters().get(p);
      var value = values.parameters().get(p);
      switch (spec.kind()) {
        case INPUT_WEIGHT -> {
          w = value;
          gates = spec.rows();
        }
        case STATE_WEIGHT -> u = value;
        case BIAS -> bias = value;
        case INNER_WEIGHT, VECTOR -> {
          for (float v : value) {
            extra.add(v);
          }
        }
      }
    }
    // The bias of the GRU's product with the state comes last.
    var b = java.util.Arrays.copyOf(bias, gates);
    for (int i = gates; i < bias.length; i++) {
      extra.add(bias[i]);
    }
    return new PyTorchParameters(w, u, b, extra);
  }

  record PyTorchParameters(float[] w, float[] u, float[] b, List<Float> extra) {}

  private Matrix matrix(int rows, int columns) {
    var storage = backend.memory().allocate(DataType.FLOAT32, rows * columns);
    storages.add(storage);
    return Matrix.of(storage, rows, columns);
  }

  private Matrix normal(SplittableRandom random, Matrix matrix, double scale) {
    var values = new float[matrix.rows() * matrix.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * scale);
    }
    backend.memory().write(matrix.storage(), 0, values, 0, values.length);
    return matrix;
  }

  private float[] read(Matrix matrix) {
    var values = new float[matrix.rows() * matrix.columns()];
    backend.memory().read(matrix.storage(), matrix.offset(), values, 0, values.length);
    return values;
  }
}

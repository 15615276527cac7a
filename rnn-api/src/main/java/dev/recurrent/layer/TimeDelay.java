package dev.recurrent.layer;

import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes each step from a window of its sequence's steps (time-delay network, Waibel et al.
 * 1989): y_t = f(Σ_j W_j x_{t - (window - 1 - j) dilation} + b), with zeros before a sequence's
 * first step and behind its last one. The window ends at step t, so that nothing of the future is
 * seen, unless the layer is {@linkplain #centred() centred}. Several of them see further back, as
 * recurrent networks do, but never further than the sum of their windows.
 *
 * <p>The weight is {@code [outputs, window * inputs]}, the oldest step first; it starts as
 * Glorot's, the bias as 0. Model files hold it as PyTorch's {@code Conv1d} does, {@code [outputs,
 * inputs, window]}.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class TimeDelay extends Layer {
  private final int inputs;
  private final int outputs;
  private final int window;
  private int dilation = 1;
  private Position position = Position.CAUSAL;
  private @Nullable UnaryOp activation;
  private boolean hasBias = true;
  private @Nullable Parameter weight;
  private @Nullable Parameter bias;

  private enum Position {
    CAUSAL,
    CENTRED
  }

  private TimeDelay(int inputs, int outputs, int window) {
    this.inputs = Checks.positive("inputs", inputs);
    this.outputs = Checks.positive("outputs", outputs);
    this.window = Checks.positive("window", window);
  }

  /**
   * Creates a layer from {@code inputs} to {@code outputs} columns that sees {@code window} steps.
   */
  public static TimeDelay of(int inputs, int outputs, int window) {
    return new TimeDelay(inputs, outputs, window);
  }

  /** Leaves {@code steps - 1} steps out between two that are seen. */
  public TimeDelay dilation(int steps) {
    requireNotBuilt();
    dilation = Checks.positive("dilation", steps);
    return this;
  }

  /**
   * Puts step t in the middle of the window, which must be odd: as much of the future is seen as of
   * the past.
   */
  public TimeDelay centred() {
    requireNotBuilt();
    if (window % 2 == 0) {
      throw new IllegalArgumentException("window: expected an odd number of steps, got " + window);
    }
    position = Position.CENTRED;
    return this;
  }

  /** Applies a function to the result. */
  public TimeDelay activation(UnaryOp function) {
    requireNotBuilt();
    activation = function;
    return this;
  }

  /** Leaves the bias out. */
  public TimeDelay withoutBias() {
    requireNotBuilt();
    hasBias = false;
    return this;
  }

  @Override
  public TimeDelay build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /** Returns the number of columns of the output. */
  public int outputSize() {
    return outputs;
  }

  /** Returns the weight, {@code [outputs, window * inputs]}. */
  public Parameter weight() {
    return Checks.built(weight, describe());
  }

  /** Returns the bias, {@code [outputs, 1]}, or null without one. */
  public @Nullable Parameter bias() {
    return bias;
  }

  /** Runs over sequences: x {@code [N, inputs]} gives {@code [N, outputs]}, packed as x. */
  public Tensor on(Tape tape, Tensor x) {
    Checks.columns(describe(), x, inputs);
    var y = windows(tape, x).multiplyTransposed(tape.of(weight()));
    if (bias != null) {
      y = y.plusRow(tape.of(bias));
    }
    return activation == null ? y : y.apply(activation);
  }

  /** Puts the steps that each step sees side by side, {@code [N, window * inputs]}. */
  private Tensor windows(Tape tape, Tensor x) {
    var layout = x.sequenceLayout();
    var out = tape.tensor(x.rows(), window * inputs, layout);
    var rows = new ArrayList<Matrix>();
    int last = position == Position.CAUSAL ? 0 : window / 2;
    for (int j = 0; j < window; j++) {
      rows.add(tape.indices(rowsAt(layout, (last + 1 + j - window) * dilation)));
      tape.ops().gatherRows(x.value(), rows.get(j), part(out.value(), j));
    }
    return tape.record(
        out,
        List.of(x),
        () -> {
          for (int j = 0; j < window; j++) {
            tape.ops().scatterAddRows(part(out.gradient(), j), rows.get(j), x.gradientOrZeros());
          }
        });
  }

  private Matrix part(Matrix windows, int j) {
    return windows.columns(j * inputs, inputs);
  }

  /** Returns for each packed row that of the same sequence at another step, or -1. */
  private static int[] rowsAt(SequenceLayout layout, int offset) {
    var rows = new int[layout.totalRows()];
    for (int t = 0; t < layout.steps(); t++) {
      for (int i = 0; i < layout.batchSize(t); i++) {
        int other = t + offset;
        boolean exists = other >= 0 && other < layout.sortedLength(i);
        rows[layout.rowStart(t) + i] = exists ? layout.rowStart(other) + i : -1;
      }
    }
    return rows;
  }

  @Override
  protected void declare(Declaration declaration) {
    weight =
        declaration.matrix(
            "weight", outputs, Math.multiplyExact(window, inputs), Initializer.glorot());
    if (hasBias) {
      bias = declaration.vector("bias", outputs, Initializer.constant(0));
    }
  }

  @Override
  protected Map<String, long[]> fileShapes() {
    var shapes = new LinkedHashMap<>(super.fileShapes());
    shapes.put("weight", new long[] {outputs, inputs, window});
    return shapes;
  }

  @Override
  protected Map<String, float[]> fileValues() {
    var values = new LinkedHashMap<>(super.fileValues());
    values.computeIfPresent("weight", (_, own) -> transposed(own, window, inputs));
    return values;
  }

  @Override
  protected void setFileValues(Map<String, float[]> values) {
    var own = new LinkedHashMap<>(values);
    own.computeIfPresent("weight", (_, ofFile) -> transposed(ofFile, inputs, window));
    super.setFileValues(own);
  }

  /** Turns {@code [outputs, rows, columns]} into {@code [outputs, columns, rows]}. */
  private float[] transposed(float[] from, int rows, int columns) {
    var to = new float[from.length];
    for (int output = 0; output < outputs; output++) {
      int start = output * rows * columns;
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          to[start + c * rows + r] = from[start + r * columns + c];
        }
      }
    }
    return to;
  }

  @Override
  protected Map<String, String> configuration() {
    var text = new LinkedHashMap<String, String>();
    text.put("inputs", "" + inputs);
    text.put("outputs", "" + outputs);
    text.put("window", "" + window);
    text.put("dilation", "" + dilation);
    text.put("position", position.name().toLowerCase(Locale.ROOT));
    text.put("bias", "" + hasBias);
    if (activation != null) {
      text.put("activation", activation.name().toLowerCase(Locale.ROOT));
    }
    return text;
  }
}

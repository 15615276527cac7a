package dev.recurrent.layer;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes y = f(x Wᵀ + b) for each row; f is the identity unless an {@link #activation} is given.
 * PyTorch's {@code Linear}, whose names {@code weight [outputs, inputs]} and {@code bias [outputs]}
 * it shares. The weight starts as Glorot's, the bias as 0.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class Dense extends Layer {
  private final int inputs;
  private final int outputs;
  private final @Nullable Embedding tied;
  private Initializer initializer = Initializer.glorot();
  private @Nullable UnaryOp activation;
  private boolean hasBias = true;
  private @Nullable Parameter weight;
  private @Nullable Parameter bias;
  private @Nullable RecurrentUnit unit;

  private Dense(int inputs, int outputs, @Nullable Embedding tied) {
    this.inputs = Checks.positive("inputs", inputs);
    this.outputs = Checks.positive("outputs", outputs);
    this.tied = tied;
  }

  /** Creates a layer from {@code inputs} to {@code outputs} columns. */
  public static Dense of(int inputs, int outputs) {
    return new Dense(inputs, outputs, null);
  }

  /**
   * Creates a layer from vectors of an embedding to a logit for each token, whose weight is the
   * embedding's own (weight tying, Press and Wolf 2017): one parameter, which gets the gradients of
   * both, is trained, frozen and saved as the embedding's. Both must be parts of one model. An
   * embedding that starts with deviation 1 gives large logits at first: {@link
   * Embedding#initialized}.
   */
  public static Dense tiedTo(Embedding embedding) {
    return new Dense(embedding.size(), embedding.vocabulary(), embedding);
  }

  /** Applies a function to the result. */
  public Dense activation(UnaryOp function) {
    requireNotBuilt();
    activation = function;
    return this;
  }

  /** Leaves the bias out. */
  public Dense withoutBias() {
    requireNotBuilt();
    hasBias = false;
    return this;
  }

  /**
   * Sets how the weight starts.
   *
   * @throws IllegalStateException if the weight is that of an embedding
   */
  public Dense initialized(Initializer newInitializer) {
    requireNotBuilt();
    if (tied != null) {
      throw new IllegalStateException(
          "initialized: expected a layer with a weight of its own, got one tied to " + tied);
    }
    initializer = newInitializer;
    return this;
  }

  @Override
  public Dense build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /** Returns the weight, {@code [outputs, inputs]}. */
  public Parameter weight() {
    if (tied == null) {
      return Checks.built(weight, describe());
    }
    if (!tied.isBuilt() || tied.store() != store()) {
      throw new IllegalStateException(
          describe() + ": expected to be part of one model with the embedding it is tied to");
    }
    return tied.weight();
  }

  /** Returns the bias, {@code [outputs, 1]}, or null without one. */
  public @Nullable Parameter bias() {
    return bias;
  }

  /** Computes the layer: x {@code [rows, inputs]} gives {@code [rows, outputs]}. */
  public Tensor on(Tape tape, Tensor x) {
    Checks.columns(describe(), x, inputs);
    var y = x.multiplyTransposed(tape.of(weight()));
    if (bias != null) {
      y = y.plusRow(tape.of(bias));
    }
    return activation == null ? y : y.apply(activation);
  }

  /** Returns a stepper that computes the layer for one row at a time. */
  @Override
  public Stepper stepper() {
    return Stepper.of(
        new RecurrentStage(new RecurrentStage.Cells(this, List.of(unit()), List.of())));
  }

  /** Returns the layer as a cell whose state is only written: what a kernel is compiled for. */
  private synchronized RecurrentUnit unit() {
    if (unit == null) {
      var cell =
          CellDefinition.named(
              "dense",
              c -> {
                c.state("y");
                var y = c.linear("y", c.input());
                c.next("y", activation == null ? y : y.apply(activation));
              });
      var program =
          cell.program(
              new CellSizes(
                  inputs, outputs, hasBias ? CellSizes.Bias.WITH : CellSizes.Bias.WITHOUT));
      var parameters = new ArrayList<>(List.of(weight()));
      if (bias != null) {
        parameters.add(bias);
      }
      unit = new RecurrentUnit(program, Direction.FORWARD, "", parameters);
      unit.bind(store());
    }
    return unit;
  }

  @Override
  protected synchronized void trimOwn() {
    if (unit != null) {
      unit.trim();
    }
  }

  @Override
  protected synchronized void release() {
    if (unit != null) {
      unit.close();
    }
  }

  @Override
  protected void declare(Declaration declaration) {
    if (tied == null) {
      weight = declaration.matrix("weight", outputs, inputs, initializer);
    }
    if (hasBias) {
      bias = declaration.vector("bias", outputs, Initializer.constant(0));
    }
  }

  @Override
  protected Map<String, String> configuration() {
    var text = new LinkedHashMap<String, String>();
    text.put("inputs", "" + inputs);
    text.put("outputs", "" + outputs);
    text.put("bias", "" + hasBias);
    if (tied != null) {
      text.put("tied", "true");
    }
    if (activation != null) {
      text.put("activation", activation.name().toLowerCase(java.util.Locale.ROOT));
    }
    return text;
  }
}

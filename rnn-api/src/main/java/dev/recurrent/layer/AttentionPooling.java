package dev.recurrent.layer;

import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reduces sequences to one row each by a weighted mean of their steps: many-to-one. With u = tanh(W
 * h + b), the weights are the softmax of vᵀ u over the steps of a sequence (Yang et al. 2016,
 * "Hierarchical attention networks for document classification", equations 5 to 7). Row i belongs
 * to the caller's sequence i; that of a sequence of length 0 is zeros.
 */
public final class AttentionPooling extends SequencePooling {
  private final int inputs;
  private final int size;
  private final Dense hidden;
  private @Nullable Parameter score;

  private AttentionPooling(int inputs, int size) {
    this.inputs = inputs;
    this.size = size;
    hidden = Dense.of(inputs, size).activation(UnaryOp.TANH);
  }

  /** Creates a pooling of steps of {@code inputs} columns, whose vectors u are of a size. */
  public static AttentionPooling of(int inputs, int size) {
    return new AttentionPooling(inputs, size);
  }

  @Override
  public AttentionPooling build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /**
   * Returns the weighted mean of each sequence: x {@code [N, inputs]} gives {@code [B, inputs]}.
   */
  @Override
  public Tensor on(Tape tape, Tensor x) {
    return attend(tape, x).contexts();
  }

  /** Returns the weighted means, and the weights: one row for each of the caller's sequences. */
  public AttentionResult attend(Tape tape, Tensor x) {
    Checks.columns(describe(), x, inputs);
    var layout = x.sequenceLayout();
    var values = AttentionMemory.sequenceAfterSequence(x);
    var memory =
        new AttentionMemory(hidden.on(tape, values), values, AttentionMemory.starts(layout));
    int batch = layout.batch();
    var ones = new float[batch];
    Arrays.fill(ones, 1);
    var vector = tape.of(Checks.built(score, describe()));
    var queries = tape.constant(ones, batch, 1).multiplyTransposed(vector);
    return AttentionOperation.attend(memory, queries, IntStream.range(0, batch).toArray(), null);
  }

  @Override
  protected void declare(Declaration declaration) {
    score = declaration.vector("score", size, Initializer.glorot());
  }

  @Override
  protected Map<String, Layer> children() {
    return Map.of("hidden", hidden);
  }

  @Override
  protected Map<String, String> configuration() {
    var text = new LinkedHashMap<String, String>();
    text.put("inputs", "" + inputs);
    text.put("size", "" + size);
    return text;
  }
}

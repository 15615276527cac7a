package dev.recurrent.examples.gradients;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.layer.Pooling;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Bptt;
import dev.recurrent.train.GradientFlow;
import dev.recurrent.train.MatrixPowers;
import java.util.SplittableRandom;

/**
 * Is a layer as it is before any training, on random sequences with a loss at the last step: how
 * far back it can learn to look. Inputs are standard normal, as many features as units.
 */
public final class UntrainedLayer implements AutoCloseable {
  /** Sequences, over which the norm is taken together. */
  private static final int BATCH = 16;

  private final Recurrent layer;
  private final Batch batch;

  /** Says how large the layer and its sequences are, and what they are drawn from. */
  public record Size(int hidden, int steps, long seed) {}

  /** Draws the weights as the cell says, and the sequences: the same ones for each cell. */
  public UntrainedLayer(Backend backend, CellDefinition cell, Size size) {
    layer = Recurrent.of(cell, size.hidden, size.hidden).build(backend, size.seed);
    var random = new SplittableRandom(size.seed);
    var inputs = normal(random, Math.multiplyExact(size.steps, BATCH * size.hidden));
    var directions = normal(random, BATCH * layer.outputSize());
    normalize(directions);
    batch =
        Batch.of(
            Sequences.timeMajor(inputs, size.steps, BATCH, size.hidden),
            Sequences.timeMajor(directions, 1, BATCH, layer.outputSize()));
  }

  /** Multiplies the recurrent weights of an Elman network. */
  public UntrainedLayer scaleRecurrentWeights(double scale) {
    var weights = recurrentWeights();
    var values = weights.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) scale;
    }
    weights.set(values);
    return this;
  }

  /** Returns the powers of W, the recurrent weights of an Elman network. */
  public MatrixPowers powersOfRecurrentWeights() {
    return MatrixPowers.of(recurrentWeights().toArray(), layer.hiddenSize());
  }

  /** Returns the gradient at each step, of norm 1 at the last one. */
  public GradientFlow gradientFlow() {
    return Bptt.gradientFlow(layer, this::loss, batch);
  }

  /** Computes a linear function of the last states, so that its gradient there is the targets. */
  private Tensor loss(Tape tape, Batch sequences, RecurrentState unused) {
    var last = Pooling.last(layer.on(tape, tape.input(sequences.inputs())));
    return last.times(tape.input(sequences.targets()).withLayout(null)).sum();
  }

  private Parameter recurrentWeights() {
    return layer.parameters().stream()
        .filter(parameter -> parameter.name().equals("weight_h_l0"))
        .findFirst()
        .orElseThrow();
  }

  private static float[] normal(SplittableRandom random, int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void normalize(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) Math.sqrt(sum);
    }
  }

  @Override
  public void close() {
    layer.close();
  }
}

package dev.recurrent.bench.compare;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Adam;
import dev.recurrent.train.GradientClipping;
import dev.recurrent.train.Updater;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Trains a character model as {@code ./rnn train text} does: embedding, recurrent layers, a dense
 * layer, cross entropy, clipping by norm and Adam, one window of random characters again and again.
 */
public final class CharacterModel implements Workload {
  /** The number of different characters. */
  static final int SYMBOLS = 65;

  private final Layers model;
  private final Tape tape;
  private final RecurrentState state = new RecurrentState();
  private final Updater updater;
  private final GradientClipping clipping;
  private final int[] text; // [T + 1, B]
  private final Sequences inputs;
  private final Sequences targets;
  private float loss = Float.NaN;

  private static final class Layers extends Model {
    final Embedding embedding;
    final Recurrent recurrent;
    final Dense output;

    Layers(CellDefinition cell, Work.Shape shape) {
      embedding = add("embedding", Embedding.of(SYMBOLS, shape.input()));
      recurrent =
          add(
              "recurrent",
              Recurrent.of(cell, shape.input(), shape.hidden()).layers(shape.layers()));
      output = add("output", Dense.of(shape.hidden(), SYMBOLS));
    }

    Tensor loss(Tape tape, Sequences inputs, Sequences targets, RecurrentState state) {
      var hidden = recurrent.on(tape, embedding.on(tape, inputs), state);
      return crossEntropy(output.on(tape, hidden), targets);
    }
  }

  /** Prepares a model; the input size is that of the embedding. */
  public CharacterModel(Backend backend, CellDefinition cell, Work.Shape shape) {
    model = new Layers(cell, shape);
    model.build(backend, 1);
    tape = Tape.training(backend, 1);
    updater = Adam.withLearningRate(2e-3).on(model);
    clipping = GradientClipping.byNorm(model.store(), 5);
    int batch = shape.batch();
    text = new SplittableRandom(1).ints((shape.steps() + 1L) * batch, 0, SYMBOLS).toArray();
    int size = shape.steps() * batch;
    inputs = Sequences.timeMajor(Arrays.copyOf(text, size), shape.steps(), batch);
    targets =
        Sequences.timeMajor(Arrays.copyOfRange(text, batch, text.length), shape.steps(), batch);
  }

  /** Returns the values of all parameters in the order of the layers. */
  List<float[]> parameters() {
    return model.store().parameters().stream().map(Parameter::toArray).toList();
  }

  /** Returns the characters, {@code [T + 1, B]}: inputs and, a step later, targets. */
  int[] text() {
    return text.clone();
  }

  /** Trains for some steps and returns the loss of each. */
  List<Float> losses(int steps) {
    var losses = new ArrayList<Float>();
    for (int i = 0; i < steps; i++) {
      run();
      losses.add(loss);
    }
    return losses;
  }

  /** Takes one training step: the state goes on from step to step, gradients do not. */
  @Override
  public void run() {
    tape.reset();
    model.store().clearGradients();
    var result = model.loss(tape, inputs, targets, state);
    tape.backward(result);
    clipping.apply();
    updater.step();
    loss = result.item();
  }

  @Override
  public boolean isFinite() {
    return Float.isFinite(loss);
  }

  @Override
  public void close() {
    clipping.close();
    updater.close();
    state.close();
    tape.close();
    model.close();
  }
}

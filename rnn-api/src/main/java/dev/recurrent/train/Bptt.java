package dev.recurrent.train;

import dev.recurrent.layer.Layer;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Back-propagation through time (Werbos 1990), full or truncated (Williams and Peng 1990): an
 * update every k1 steps, for which the gradient goes back over the last k2 steps, k2 ≥ k1. Each
 * step's loss is counted once, by the window in which it is new. With k2 = k1 windows follow one
 * another and each starts from the state that the last one ended with; with k2 &gt; k1 they
 * overlap, and the state at a window's start is computed without a gradient.
 *
 * @param k1 the steps between updates
 * @param k2 the steps that the gradient goes back
 */
public record Bptt(int k1, int k2) {
  /** Goes back over whole sequences. */
  public static final Bptt FULL = new Bptt(Integer.MAX_VALUE, Integer.MAX_VALUE);

  public Bptt {
    if (k1 < 1 || k2 < k1) {
      throw new IllegalArgumentException(
          "truncated BPTT: expected 1 <= k1 <= k2, got k1 = " + k1 + ", k2 = " + k2);
    }
  }

  /** Returns truncated BPTT in windows of {@code steps} that follow one another. */
  public static Bptt truncated(int steps) {
    return new Bptt(steps, steps);
  }

  /** Returns truncated BPTT with an update every k1 steps that goes back over k2. */
  public static Bptt truncated(int k1, int k2) {
    return new Bptt(k1, k2);
  }

  /**
   * Is a part of a batch.
   *
   * @param from the first step
   * @param lossFrom the first step whose loss counts
   * @param to the step behind the last
   */
  public record Window(int from, int lossFrom, int to) {}

  /** Returns the number of windows of sequences of so many steps. */
  public int windows(int steps) {
    return Math.max(1, Math.ceilDiv(steps, k1));
  }

  /** Returns a window, which counts from 0, of sequences of so many steps. */
  public Window window(int index, int steps) {
    java.util.Objects.checkIndex(index, windows(steps));
    int lossFrom = (int) Math.min((long) index * k1, steps);
    int to = (int) Math.min((index + 1L) * k1, steps);
    int from = k1 == k2 ? lossFrom : Math.max(0, to - k2);
    return new Window(from, lossFrom, to);
  }

  /**
   * Computes the loss of one window on a new pass of the tape.
   *
   * @param state the states at the start of this window; afterwards those at the start of the next
   *     one, or at the end of the batch
   */
  public Tensor loss(Tape tape, LossFunction function, BatchWindow place, RecurrentState state) {
    int steps = place.batch().steps();
    var window = window(place.index(), steps);
    boolean last = place.index() + 1 == windows(steps);
    int nextStart = last ? steps : window(place.index() + 1, steps).from();
    if (nextStart == window.to()) {
      return function.loss(tape, place.batch().window(window), state);
    }
    try (var ahead = new RecurrentState()) {
      ahead.copyFrom(state);
      advance(tape, function, place.batch(), state, window.from(), nextStart);
      return function.loss(tape, place.batch().window(window), ahead);
    }
  }

  /** Is one window of a batch, by its number. */
  public record BatchWindow(Batch batch, int index) {}

  /**
   * Adds the gradient of a whole batch's loss, window by window and without updates, to the
   * parameters' gradients; with k2 of at least the number of steps it is the full gradient.
   *
   * @param state the states before the batch; afterwards those behind it
   * @return the mean loss over all targets
   */
  public double backward(Tape tape, LossFunction function, Batch batch, RecurrentState state) {
    double total = batch.targetWeight();
    double sum = 0;
    for (int i = 0; i < windows(batch.steps()); i++) {
      double weight = batch.targetWeight(window(i, batch.steps()));
      tape.reset();
      var loss = loss(tape, function, new BatchWindow(batch, i), state);
      if (weight > 0) {
        tape.backward(loss, (float) (weight / total));
        sum += loss.item() * weight;
      }
    }
    return total > 0 ? sum / total : 0;
  }

  /**
   * Shows how the gradient of a batch's loss goes back through time. Runs the recurrent layers step
   * by step; the parameters' gradients are 0 afterwards.
   *
   * @param model the model that the loss runs, with at least one {@link
   *     dev.recurrent.layer.Recurrent}, of which the last one that runs is shown, its last layer
   */
  public static GradientFlow gradientFlow(Layer model, LossFunction function, Batch batch) {
    var states = new LinkedHashMap<String, Map<Integer, Tensor>>();
    try (var tape = Tape.evaluation(model.backend());
        var state = new RecurrentState()) {
      tape.observe(
          (name, step, tensor) ->
              states.computeIfAbsent(name, _ -> new LinkedHashMap<>()).put(step, tensor));
      tape.backward(function.loss(tape, batch, state));
      model.store().clearGradients();
      return GradientFlow.of(states, batch.steps());
    }
  }

  private static void advance(
      Tape tape, LossFunction function, Batch batch, RecurrentState state, int from, int to) {
    if (to > from) {
      var mode = tape.mode();
      long seed = tape.nextSeed();
      tape.reset(Mode.INFERENCE, seed);
      var _ = function.loss(tape, batch.window(new Window(from, from, to)), state);
      tape.reset(mode, seed);
    }
  }
}

package dev.recurrent.train;

import dev.recurrent.tape.Sequences;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Holds what a loss is computed from: inputs, targets, and more sequences by name where a model has
 * them. Targets either go step by step with the inputs, or have one step for each sequence ({@link
 * Sequences#ofLabels}).
 */
public record Batch(Sequences inputs, Sequences targets, Map<String, Sequences> others) {

  public Batch {
    others = Map.copyOf(others);
    if (inputs.batch() != targets.batch()) {
      throw new IllegalArgumentException(
          "targets: expected " + inputs.batch() + " sequences, got " + targets.batch());
    }
  }

  /** Returns a batch of inputs and targets. */
  public static Batch of(Sequences inputs, Sequences targets) {
    return new Batch(inputs, targets, Map.of());
  }

  /** Returns a batch of inputs whose targets are not known: none counts. */
  public static Batch of(Sequences inputs) {
    var ignored = new int[inputs.batch()];
    Arrays.fill(ignored, Sequences.IGNORED);
    return of(inputs, Sequences.ofLabels(ignored));
  }

  /** Returns the same batch with other targets. */
  public Batch withTargets(Sequences known) {
    return new Batch(inputs, known, others);
  }

  /** Returns the same batch with further sequences. */
  public Batch with(String name, Sequences sequences) {
    var more = new LinkedHashMap<>(others);
    more.put(name, sequences);
    return new Batch(inputs, targets, more);
  }

  /**
   * Returns the sequences of the given name.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Sequences get(String name) {
    var found = others.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "sequences: expected one of " + others.keySet() + ", got " + name);
    }
    return found;
  }

  /**
   * Refuses numbers that are not finite.
   *
   * @throws IllegalArgumentException naming the place after {@code where}
   */
  void requireFinite(String where) {
    inputs.requireFinite(where + ", inputs");
    targets.requireFinite(where + ", targets");
    others.forEach((name, sequences) -> sequences.requireFinite(where + ", " + name));
  }

  /** Returns the number of steps of the longest input. */
  public int steps() {
    return inputs.steps();
  }

  /** Returns the weight of all targets that count: their number, if none is weighted. */
  public double targetWeight() {
    return Losses.totalWeight(targets);
  }

  /**
   * Returns {@link #targetWeight()} of {@link #window}, which is not made for it.
   *
   * @throws IllegalArgumentException if the targets do not go step by step
   */
  double targetWeight(Bptt.Window window) {
    if (isWhole(window)) {
      return targetWeight();
    }
    requireTargetForEachStep();
    return Losses.totalWeight(targets, window.lossFrom(), window.to());
  }

  /**
   * Returns steps {@code from} to {@code to} of the sequences that go step by step with the inputs.
   * Targets before {@code lossFrom} are ignored.
   *
   * @throws IllegalArgumentException if the targets do not go step by step
   */
  Batch window(Bptt.Window window) {
    if (isWhole(window)) {
      return this;
    }
    requireTargetForEachStep();
    var cut = new LinkedHashMap<String, Sequences>();
    others.forEach(
        (name, s) ->
            cut.put(
                name,
                s.layout().equals(inputs.layout()) ? s.window(window.from(), window.to()) : s));
    return new Batch(
        inputs.window(window.from(), window.to()),
        targets
            .window(window.from(), window.to())
            .ignoringBefore(window.lossFrom() - window.from()),
        cut);
  }

  private boolean isWhole(Bptt.Window window) {
    return window.from() == 0 && window.to() == steps() && window.lossFrom() == 0;
  }

  private void requireTargetForEachStep() {
    inputs
        .layout()
        .requireSame("truncated BPTT with a target for each step of the inputs", targets.layout());
  }
}

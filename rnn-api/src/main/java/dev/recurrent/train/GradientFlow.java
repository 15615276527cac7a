package dev.recurrent.train;

import dev.recurrent.tape.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Shows how the gradient of a loss goes back through time: the norm of dL/dh_t for every step, all
 * paths through later steps included. Made by {@link Bptt#gradientFlow}.
 */
public final class GradientFlow {
  /** The share of its value at the last step below which a gradient counts as gone. */
  private static final float GONE = 0.01f;

  /** Says what becomes of a gradient on its way back to the first step. */
  public enum Trend {
    /** It falls below 1 % of what it is at the last step. */
    VANISHES,
    /** It stays within a factor of 100. */
    HOLDS,
    /** It grows to more than 100 times as much, or beyond all numbers. */
    EXPLODES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<String, float[]> norms; // by state: [T]
  private final String top;

  private GradientFlow(Map<String, float[]> norms, String top) {
    this.norms = norms;
    this.top = top;
  }

  static GradientFlow of(Map<String, Map<Integer, Tensor>> states, int steps) {
    var norms = new LinkedHashMap<String, float[]>();
    String top = "";
    for (var entry : states.entrySet()) {
      var ofState = new float[steps];
      entry.getValue().forEach((step, tensor) -> ofState[step] = norm(tensor.gradientToArray()));
      norms.put(entry.getKey(), ofState);
      if (entry.getKey().matches("(.*\\.)?h_l\\d+") || top.isEmpty()) {
        top = entry.getKey();
      }
    }
    if (norms.isEmpty()) {
      throw new IllegalArgumentException(
          "gradient flow: expected a loss that runs a recurrent layer, got one that runs none");
    }
    return new GradientFlow(norms, top);
  }

  /**
   * Returns ‖dL/dh_t‖, {@code [T]}: h_t is the state after step t of the last layer that ran, all
   * sequences of the batch together.
   */
  public float[] hiddenGradientNorm() {
    return gradientNorm(top);
  }

  /** Returns the names of all states, such as {@code lstm.c_l0}. */
  public Set<String> states() {
    return java.util.Collections.unmodifiableSet(norms.keySet());
  }

  /**
   * Returns the norm of the gradient of the named state after each step, {@code [T]}.
   *
   * @throws IllegalArgumentException if there is no such state
   */
  public float[] gradientNorm(String state) {
    var found = norms.get(state);
    if (found == null) {
      throw new IllegalArgumentException(
          "state: expected one of " + norms.keySet() + ", got " + state);
    }
    return found.clone();
  }

  /**
   * Returns over how many steps the gradient reaches back: counted from the last step that has one,
   * the steps until it has fallen below 1 % of its value there for good. For a loss at the last
   * step only, this is how far back the network can learn to look.
   */
  public int effectiveMemory() {
    var h = hiddenGradientNorm();
    int last = lastWithGradient(h);
    int first = 0;
    while (first < last && h[first] < h[last] * GONE) {
      first++;
    }
    return last < 0 ? 0 : last - first + 1;
  }

  /**
   * Returns what becomes of the gradient between the last step that has one and the first step of
   * the sequences; one that is 0 everywhere has vanished.
   */
  public Trend trend() {
    var h = hiddenGradientNorm();
    int last = lastWithGradient(h);
    if (last < 0 || h[0] < h[last] * GONE) {
      return Trend.VANISHES;
    }
    return h[0] <= h[last] / GONE ? Trend.HOLDS : Trend.EXPLODES; // NaN is no number to hold
  }

  private static int lastWithGradient(float[] norms) {
    int last = norms.length - 1;
    while (last >= 0 && norms[last] == 0) {
      last--;
    }
    return last;
  }

  @Override
  public String toString() {
    return "GradientFlow[" + top + ", memory " + effectiveMemory() + " steps]";
  }

  private static float norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return (float) Math.sqrt(sum);
  }
}

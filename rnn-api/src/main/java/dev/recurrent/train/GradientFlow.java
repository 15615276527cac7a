package dev.recurrent.train;

import dev.recurrent.tape.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Shows how the gradient of a loss goes back through time: the norm of dL/dh_t for every step, all
 * paths through later steps included. Made by {@link Bptt#gradientFlow}.
 */
public final class GradientFlow {
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
    int last = h.length - 1;
    while (last >= 0 && h[last] == 0) {
      last--;
    }
    int first = 0;
    while (first < last && h[first] < h[last] * 0.01f) {
      first++;
    }
    return last < 0 ? 0 : last - first + 1;
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

package dev.recurrent.examples.harness;

import dev.recurrent.io.TensorData;
import java.util.Map;

/** A model that shows all that it computes, for a comparison with another library. */
public interface Traceable {
  /**
   * Reads a text from zero states.
   *
   * @return what lies between the layers, by name
   */
  Map<String, TensorData> trace(String text);
}

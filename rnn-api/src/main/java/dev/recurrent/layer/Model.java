package dev.recurrent.layer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Composes layers. A model is a plain class: its layers are fields, its forward pass is a method.
 *
 * <pre>{@code
 * final class CharModel extends Model {
 *   final Embedding embedding = add("embedding", Embedding.of(vocabulary, 64));
 *   final Recurrent lstm = add("lstm", Recurrent.of(Cells.LSTM, 64, 256).layers(2).dropout(0.2));
 *   final Dense output = add("output", Dense.of(256, vocabulary));
 *
 *   Tensor logits(Tape tape, Sequences characters, RecurrentState state) {
 *     return output.on(tape, lstm.on(tape, embedding.on(tape, characters), state));
 *   }
 * }
 * }</pre>
 *
 * <p>The order of calls: construct, {@link #build}, then use, save, load; {@link #close} at the
 * end. A model is a layer itself, so models nest.
 *
 * <p>Threads: see {@link Layer}. A model whose own fields do not change after the build may be
 * computed with by any number of threads; {@link #snapshot} is for inference beside training.
 */
public abstract class Model extends Layer {
  private final Map<String, Layer> layers = new LinkedHashMap<>();

  /** Creates a model without layers. */
  protected Model() {}

  /**
   * Registers a layer under a name and returns it, for the initialiser of a field. One that was
   * built alone, and loaded or trained, keeps its values, see {@link Layer#build}.
   *
   * @throws IllegalArgumentException if the name is taken, empty, or holds a dot
   * @throws IllegalStateException if the layer belongs to another model that is built
   */
  protected final <L extends Layer> L add(String name, L layer) {
    requireNotBuilt();
    if (name.isBlank() || name.contains(".")) {
      throw new IllegalArgumentException(
          "layer name: expected text without dots, got \"" + name + "\"");
    }
    layer.requireReusable(name);
    if (layers.putIfAbsent(name, layer) != null) {
      throw new IllegalArgumentException(
          "layer name: expected one that is not taken, got \"" + name + "\"");
    }
    return layer;
  }

  @Override
  protected void declare(Declaration declaration) {}

  @Override
  protected Map<String, Layer> children() {
    return java.util.Collections.unmodifiableMap(layers);
  }

  /** Describes the layers and the number of their parameters, a line each. */
  public String summary() {
    var text = new StringBuilder();
    forEachLayer(
        layer -> {
          if (layer.children().isEmpty()) {
            text.append(
                String.format(
                    java.util.Locale.ROOT,
                    "%-20s %-70s %,12d%n",
                    layer.path(),
                    layer,
                    layer.isBuilt() ? layer.parameterCount() : 0));
          }
        });
    if (isBuilt()) {
      text.append(
          String.format(
              java.util.Locale.ROOT, "%-91s %,12d parameters%n", "total", parameterCount()));
    }
    return text.toString();
  }
}

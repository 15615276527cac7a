package dev.recurrent.layer;

import dev.recurrent.io.NearNames;
import dev.recurrent.io.Quoted;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.io.TensorData;
import dev.recurrent.tape.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the layers of a model to a safetensors file and reads them back, with all checks first.
 */
final class ModelFile {
  private static final String OWN_KEYS = "recurrent.";
  private static final String LAYER_KEY = OWN_KEYS + "layer.";
  private static final String EQUATIONS_KEY = OWN_KEYS + "equations.";
  private static final List<String> NOT_STRUCTURAL =
      List.of("dropout", "inputDropout", "mask", "rate", "recurrentDropout");

  private ModelFile() {}

  static Map<String, TensorData> tensors(Layer root) {
    var tensors = new LinkedHashMap<String, TensorData>();
    root.forEachLayer(
        layer -> {
          var shapes = layer.fileShapes();
          layer
              .fileValues()
              .forEach(
                  (name, values) -> {
                    var shape = java.util.Objects.requireNonNull(shapes.get(name));
                    tensors.put(relativeName(root, layer, name), TensorData.of(values, shape));
                  });
        });
    return tensors;
  }

  static Map<String, String> metadata(Layer root, Map<String, String> ofApplication) {
    var metadata = new LinkedHashMap<String, String>();
    metadata.put("format", "pt");
    metadata.putAll(ofApplication);
    for (var key : ofApplication.keySet()) {
      if (key.startsWith(OWN_KEYS)) {
        throw new IllegalArgumentException(
            "metadata: expected keys that do not start with " + OWN_KEYS + ", got " + key);
      }
    }
    metadata.put(OWN_KEYS + "version", "1");
    metadata.put(OWN_KEYS + "model", root.getClass().getSimpleName());
    root.forEachLayer(
        layer -> {
          if (!layer.configuration().isEmpty()) {
            metadata.put(LAYER_KEY + relativeName(root, layer, ""), describe(layer));
          }
          var cell = layer.equations();
          if (cell != null) {
            metadata.put(EQUATIONS_KEY + relativeName(root, layer, ""), cell.fingerprint());
          }
        });
    return metadata;
  }

  static void load(Layer root, SafeTensors file, String prefix) throws IOException {
    var layers = new ArrayList<Layer>();
    root.forEachLayer(layers::add);
    var path = file.file();
    for (var layer : layers) {
      checkConfiguration(path, layer, file.metadata().get(key(root, layer, prefix)));
      var equations = EQUATIONS_KEY + prefix + relativeName(root, layer, "");
      checkEquations(path, layer, file.metadata().get(equations));
    }
    var expected = new LinkedHashMap<String, long[]>();
    for (var layer : layers) {
      layer
          .fileShapes()
          .forEach((name, shape) -> expected.put(prefix + relativeName(root, layer, name), shape));
    }
    checkTensors(file, prefix, expected);
    var loaded = new ArrayList<Map<String, float[]>>();
    for (var layer : layers) {
      var values = new LinkedHashMap<String, float[]>();
      for (var name : layer.fileShapes().keySet()) {
        values.put(name, finite(file, prefix + relativeName(root, layer, name)));
      }
      loaded.add(values);
    }
    root.store()
        .change(
            () -> {
              for (int i = 0; i < layers.size(); i++) {
                layers.get(i).setFileValues(loaded.get(i));
              }
            });
  }

  /**
   * Checks that a layer that is not built yet is of the same kind as another.
   *
   * @throws IllegalArgumentException if it is not
   */
  static void requireSame(String what, Layer wanted, Layer got) {
    var names = describeAll(wanted);
    var others = describeAll(got);
    for (int i = 0; i < Math.max(names.size(), others.size()); i++) {
      var own = i < names.size() ? names.get(i) : "no further layer";
      var other = i < others.size() ? others.get(i) : "none";
      if (!own.equals(other)) {
        throw new IllegalArgumentException(what + ": expected " + own + ", got " + other);
      }
    }
  }

  private static List<String> describeAll(Layer root) {
    var descriptions = new ArrayList<String>();
    root.forEachLayer(
        layer -> {
          boolean inside = layer.path().length() > root.path().length();
          descriptions.add((inside ? relativeName(root, layer, "") + " " : "") + describe(layer));
        });
    return descriptions;
  }

  /** Reads the values of a parameter, with which a model could not compute if one is no number. */
  static float[] finite(SafeTensors file, String name) throws IOException {
    var values = file.roundedFloats(name);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new SafeTensorsException(
            file.file(),
            "tensor " + name,
            "finite numbers",
            values[i]
                + " as element "
                + i
                + ": the training that wrote it has diverged, or the file is damaged");
      }
    }
    return values;
  }

  private static void checkConfiguration(Path file, Layer layer, @Nullable String saved)
      throws SafeTensorsException {
    if (saved != null && !saved.equals(describe(layer))) {
      throw new SafeTensorsException(file, layer.describe(), describe(layer), saved);
    }
  }

  /** Refuses a file of a cell of the same name that was defined otherwise. */
  private static void checkEquations(Path file, Layer layer, @Nullable String saved)
      throws SafeTensorsException {
    var cell = layer.equations();
    if (cell != null && saved != null && cell.differsFrom(saved)) {
      throw new SafeTensorsException(
          file,
          layer.describe() + ": equations of the cell " + cell.name(),
          "\"" + cell.fingerprint() + "\" as it is defined here",
          Quoted.quote(saved));
    }
  }

  /** Collects parameters that may be no more, and no larger, than what a file holds. */
  static ParameterStore.Builder room(SafeTensors file, String prefix) {
    int count = 0;
    long size = 0;
    for (var tensor : file.tensors().values()) {
      if (tensor.name().startsWith(prefix)) {
        count++;
        size += tensor.elements();
      }
    }
    return new ParameterStore.Builder(count, size);
  }

  /** Checks that all tensors under the prefix are there, no others are, and all shapes fit. */
  static void checkTensors(SafeTensors file, String prefix, Map<String, long[]> expected)
      throws SafeTensorsException {
    for (var entry : expected.entrySet()) {
      var name = entry.getKey();
      if (!file.has(name)) {
        throw new SafeTensorsException(
            file.file(),
            "tensors",
            Quoted.quote(name),
            "none of that name" + near(file, name) + PyTorchLayout.likeness(file, name));
      }
      var shape = file.shape(name);
      if (!Arrays.equals(shape, entry.getValue())) {
        throw new SafeTensorsException(
            file.file(),
            "tensor " + name,
            Arrays.toString(entry.getValue()),
            Arrays.toString(shape) + PyTorchLayout.likeness(file, name));
      }
    }
    for (var name : file.names()) {
      if (name.startsWith(prefix) && !expected.containsKey(name)) {
        throw new SafeTensorsException(
            file.file(),
            "tensors",
            "only those of the model, " + expected.keySet(),
            name + PyTorchLayout.likeness(file, name));
      }
    }
  }

  private static String near(SafeTensors file, String name) {
    var near = NearNames.of(name, file.names());
    return near.isEmpty() ? "" : ", but " + Quoted.quote(near.getFirst());
  }

  /** Describes what must be equal for the parameters to mean the same. */
  private static String describe(Layer layer) {
    var configuration = new TreeMap<>(layer.configuration());
    configuration.keySet().removeAll(NOT_STRUCTURAL);
    return layer.getClass().getSimpleName() + configuration;
  }

  private static String key(Layer root, Layer layer, String prefix) {
    return LAYER_KEY + prefix + relativeName(root, layer, "");
  }

  private static String relativeName(Layer root, Layer layer, String name) {
    return relativeName(root, Layer.join(layer.path(), name));
  }

  private static String relativeName(Layer root, String full) {
    return root.path().isEmpty() || full.length() <= root.path().length()
        ? full
        : full.substring(root.path().length() + 1);
  }
}

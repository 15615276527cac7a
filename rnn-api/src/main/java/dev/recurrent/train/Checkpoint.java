package dev.recurrent.train;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.io.TensorData;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Keeps all that a training run needs to go on to the same bits in one safetensors file:
 * parameters, gradients that are still to be applied, moments, carried states as tensors; the
 * position as metadata.
 */
final class Checkpoint {
  /** The name of the file in the folder of a run. */
  static final String FILE = "checkpoint.safetensors";

  private static final String MOMENT = "moment.";
  private static final String STATE = "state.";

  private final Map<String, TensorData> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Adds text by key. */
  Checkpoint put(String key, Object value) {
    metadata.put(key, value.toString());
    return this;
  }

  /** Adds the parameters and, if there are any, gradients that are still to be applied. */
  Checkpoint parameters(ParameterStore store, boolean withGradients) {
    metadata.put("parameters", describe(store));
    for (var parameter : store.parameters()) {
      tensors.put("parameter." + parameter.name(), tensor(parameter, parameter.toArray()));
      if (withGradients) {
        tensors.put("gradient." + parameter.name(), tensor(parameter, parameter.gradientToArray()));
      }
    }
    return this;
  }

  /** Adds the optimizer's moments. */
  Checkpoint moments(Map<String, float[]> moments) {
    moments.forEach(
        (name, values) -> tensors.put(MOMENT + name, TensorData.of(values, values.length)));
    return this;
  }

  /** Adds the carried states. */
  Checkpoint states(Map<String, float[]> states) {
    states.forEach(
        (name, values) -> tensors.put(STATE + name, TensorData.of(values, values.length)));
    return this;
  }

  /** Writes the file, as a whole or not at all. */
  void write(Path file) throws IOException {
    SafeTensors.writeChecked(file, tensors, metadata);
  }

  /** Reads a checkpoint. */
  static Reader read(Path file) throws IOException {
    return new Reader(SafeTensors.read(file));
  }

  /** Gives back what a file holds. */
  static final class Reader {
    private final SafeTensors file;

    private Reader(SafeTensors file) {
      this.file = file;
    }

    String text(String key) throws SafeTensorsException {
      var value = file.metadata().get(key);
      if (value == null) {
        throw new SafeTensorsException(file.file(), "metadata", "a checkpoint's " + key, "none");
      }
      return value;
    }

    long number(String key) throws SafeTensorsException {
      try {
        return Long.parseLong(text(key));
      } catch (NumberFormatException e) {
        throw new SafeTensorsException(file.file(), key, "a number", text(key));
      }
    }

    double real(String key) throws SafeTensorsException {
      try {
        return Double.parseDouble(text(key));
      } catch (NumberFormatException e) {
        throw new SafeTensorsException(file.file(), key, "a number", text(key));
      }
    }

    /** Returns the numbers whose keys start with a prefix, by the rest of the key. */
    Map<String, Double> reals(String prefix) throws SafeTensorsException {
      var found = new LinkedHashMap<String, Double>();
      for (var key : file.metadata().keySet()) {
        if (key.startsWith(prefix)) {
          found.put(key.substring(prefix.length()), real(key));
        }
      }
      return found;
    }

    /** Refuses a checkpoint of a run that was set up otherwise. */
    void require(String key, Object expected) throws SafeTensorsException {
      if (!text(key).equals(expected.toString())) {
        throw new SafeTensorsException(file.file(), key, expected.toString(), text(key));
      }
    }

    /** Refuses a checkpoint that says otherwise; earlier versions did not say it. */
    void requireIfSaid(String key, Object expected) throws SafeTensorsException {
      if (file.metadata().containsKey(key)) {
        require(key, expected);
      }
    }

    /** Loads the parameters, and gradients if it has them. */
    void parameters(ParameterStore store) throws IOException {
      require("parameters", describe(store));
      var values = new LinkedHashMap<Parameter, float[]>();
      for (var parameter : store.parameters()) {
        values.put(parameter, floats("parameter." + parameter.name(), parameter.size()));
      }
      var gradients = new LinkedHashMap<Parameter, float[]>();
      for (var parameter : store.parameters()) {
        String name = "gradient." + parameter.name();
        if (file.has(name)) {
          gradients.put(parameter, floats(name, parameter.size()));
        }
      }
      store.change(() -> values.forEach(Parameter::set));
      store.clearGradients();
      gradients.forEach(
          (parameter, gradient) -> {
            var matrix = parameter.gradient();
            store
                .backend()
                .memory()
                .write(matrix.storage(), matrix.offset(), gradient, 0, gradient.length);
          });
    }

    Map<String, float[]> moments() throws IOException {
      return withPrefix(MOMENT);
    }

    Map<String, float[]> states() throws IOException {
      return withPrefix(STATE);
    }

    private Map<String, float[]> withPrefix(String prefix) throws IOException {
      var found = new LinkedHashMap<String, float[]>();
      for (var name : file.names()) {
        if (name.startsWith(prefix)) {
          found.put(name.substring(prefix.length()), file.floats(name));
        }
      }
      return found;
    }

    private float[] floats(String name, int size) throws IOException {
      var values = file.floats(name);
      if (values.length != size) {
        throw new SafeTensorsException(
            file.file(), "tensor " + name, size + " values", values.length + " values");
      }
      return values;
    }
  }

  private static TensorData tensor(Parameter parameter, float[] values) {
    return TensorData.of(values, parameter.shape());
  }

  private static String describe(ParameterStore store) {
    return store.parameters().stream().map(Parameter::toString).collect(Collectors.joining("; "));
  }
}

package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares optimizers with PyTorch's in float64, over many steps on a noisy quadratic loss; {@code
 * optimizers.py}, which made the expected values, says which. A backend's test extends this class.
 */
public abstract class OptimizerContract {
  private static final int SIZE = 8;

  /** Opens the backend. */
  protected abstract Backend open();

  /** Returns the largest difference to be expected of parameters of about 1. */
  protected abstract double tolerance();

  static Stream<String> names() {
    return optimizers().keySet().stream();
  }

  private static Map<String, Optimizer> optimizers() {
    var optimizers = new LinkedHashMap<String, Optimizer>();
    var momentum = Sgd.withLearningRate(1.0 / 128).withWeightDecay(0.01);
    optimizers.put("sgd", Sgd.withLearningRate(1.0 / 64));
    optimizers.put("sgd-momentum", momentum.withMomentum(0.9));
    optimizers.put("sgd-nesterov", momentum.withNesterov(0.9));
    var adam = Adam.withLearningRate(1.0 / 128);
    optimizers.put("adam", adam);
    optimizers.put("adam-decay", adam.withBetas(0.8, 0.99).withWeightDecay(0.05));
    optimizers.put("adamw", AdamW.withLearningRate(1.0 / 128).withWeightDecay(0.05));
    optimizers.put("rmsprop", RmsProp.withLearningRate(1.0 / 256));
    optimizers.put("rmsprop-momentum", new RmsProp(1.0 / 512, 0.95, 1e-8, 0.9, 0.01));
    optimizers.put("adagrad", Adagrad.withLearningRate(1.0 / 16));
    optimizers.put("adagrad-decay", new Adagrad(1.0 / 8, 1e-4, 1e-10, 0.01, 0.1));
    return optimizers;
  }

  /** The parameters of one optimizer by the number of steps. */
  private static Map<Integer, double[]> expected(String name) {
    var rows = new LinkedHashMap<Integer, double[]>();
    for (var line : lines()) {
      var cells = List.of(line.split(","));
      if (cells.getFirst().equals(name)) {
        rows.put(
            Integer.parseInt(cells.get(1)),
            cells.subList(2, cells.size()).stream().mapToDouble(Double::parseDouble).toArray());
      }
    }
    return rows;
  }

  private static List<String> lines() {
    try (var stream = OptimizerContract.class.getResourceAsStream("optimizers.csv")) {
      var text = new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aHundredStepsAreThoseOfPyTorch(String name) {
    compare(name, 100);
  }

  @Tag("reliability")
  @ParameterizedTest
  @MethodSource("names")
  void tenThousandStepsAreThoseOfPyTorch(String name) {
    compare(name, 10_000);
  }

  private void compare(String name, int steps) {
    var expected = expected(name);
    var builder = new ParameterStore.Builder();
    var p = builder.vector("p", SIZE, Initializer.constant(0));
    try (var backend = open();
        var store = builder.build(backend, 1);
        var updater = new Updater(Objects.requireNonNull(optimizers().get(name)), store);
        var tape = Tape.training(backend, 1)) {
      p.set(numbers(i -> (i - 3.5) / 4));
      for (int t = 0; t < steps; t++) {
        int step = t;
        tape.reset();
        store.clearGradients();
        var off = tape.of(p).plus(constant(tape, i -> 1 - i % 3));
        var curved = off.times(off).times(constant(tape, i -> (i + 1) / 16.0));
        var noisy = tape.of(p).times(constant(tape, i -> noise(step, i)));
        tape.backward(curved.plus(noisy).sum());
        updater.step();
        if (expected.containsKey(t + 1)) {
          var wanted = Objects.requireNonNull(expected.get(t + 1));
          var got = p.toArray();
          for (int i = 0; i < SIZE; i++) {
            assertEquals(wanted[i], got[i], tolerance(), name + " p" + i + " step " + (t + 1));
          }
        }
      }
    }
  }

  private static double noise(int step, int i) {
    return ((step * 7919 + i * 104_729) % 2039 - 1019) / 1024.0;
  }

  private interface Formula {
    double at(int i);
  }

  private static float[] numbers(Formula formula) {
    var values = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = (float) formula.at(i); // exact for all that are used here
    }
    return values;
  }

  private static Tensor constant(Tape tape, Formula formula) {
    return tape.constant(numbers(formula), SIZE, 1);
  }
}

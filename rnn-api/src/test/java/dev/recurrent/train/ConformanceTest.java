package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.Initializer;
import dev.recurrent.contract.Cases;
import dev.recurrent.contract.SinglePrecisionBackend;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares losses, optimizers and clipping with PyTorch's. */
class ConformanceTest {
  private final Backend backend = new SinglePrecisionBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  static List<SafeTensors> losses() {
    return Cases.ofKind("cross_entropy", "bce_with_logits", "mse");
  }

  static List<SafeTensors> optimizers() {
    return Cases.ofKind("optimizer");
  }

  static List<SafeTensors> clippings() {
    return Cases.ofKind("clip_grad_norm");
  }

  @ParameterizedTest
  @MethodSource("losses")
  void losses(SafeTensors file) throws IOException {
    var kind = file.metadata().get("kind");
    var name = kind.equals("mse") ? "pred" : "logits";
    var shape = file.shape(name);
    int width = (int) shape[shape.length - 1];
    int rows = file.doubles(name).length / width;
    try (var tape = Tape.evaluation(backend)) {
      var prediction = tape.variable(file.roundedFloats(name), rows, width);
      var loss =
          switch (kind) {
            case "cross_entropy" ->
                Losses.crossEntropy(
                    prediction,
                    Sequences.ofLabels(
                        Arrays.stream(file.longs("targets")).mapToInt(t -> (int) t).toArray()),
                    real(file, "label_smoothing"));
            case "mse" -> Losses.meanSquaredError(prediction, targets(file, rows, width));
            default -> Losses.binaryCrossEntropy(prediction, targets(file, rows, width));
          };
      tape.backward(loss);
      assertClose(file.doubles("loss"), loss.toArray(), 2e-6);
      assertClose(file.doubles("grad." + name), prediction.gradientToArray(), 2e-6);
      assertHalf(kind, file, tape, prediction);
    }
  }

  private static void assertHalf(String kind, SafeTensors file, Tape tape, Tensor prediction)
      throws IOException {
    if (kind.equals("mse")) {
      var half =
          Losses.halfSquaredError(
              prediction, targets(file, prediction.rows(), prediction.columns()));
      assertEquals(file.doubles("loss")[0] / 2, half.item(), 2e-6);
    }
  }

  private static Sequences targets(SafeTensors file, int rows, int width) throws IOException {
    return Sequences.timeMajor(file.roundedFloats("targets"), 1, rows, width);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void optimizers(SafeTensors file) throws IOException {
    var builder = new ParameterStore.Builder();
    int size = (int) file.shape("p0")[0];
    var parameter = builder.vector("p", size, Initializer.constant(0));
    var grads = file.roundedFloats("grads");
    var trajectory = file.doubles("trajectory");
    try (var store = builder.build(backend, 1);
        var updater = new Updater(optimizer(file), store)) {
      parameter.set(file.roundedFloats("p0"));
      for (int t = 0; t < file.shape("grads")[0]; t++) {
        writeGradient(parameter, Arrays.copyOfRange(grads, t * size, (t + 1) * size));
        updater.step();
        assertClose(
            Arrays.copyOfRange(trajectory, t * size, (t + 1) * size), parameter.toArray(), 2e-6);
      }
    }
  }

  private void writeGradient(Parameter parameter, float[] values) {
    var matrix = parameter.gradient();
    backend.memory().write(matrix.storage(), matrix.offset(), values, 0, values.length);
  }

  private static Optimizer optimizer(SafeTensors file) {
    double rate = real(file, "lr");
    return switch (file.metadata().get("name")) {
      case "sgd" -> Sgd.withLearningRate(rate);
      case "sgd-momentum" ->
          Sgd.withLearningRate(rate)
              .withMomentum(real(file, "momentum"))
              .withWeightDecay(real(file, "weight_decay"));
      case "sgd-nesterov" -> Sgd.withLearningRate(rate).withNesterov(real(file, "momentum"));
      case "rmsprop" ->
          RmsProp.withLearningRate(rate)
              .withSmoothing(real(file, "alpha"))
              .withEpsilon(real(file, "eps"));
      case "adagrad" -> Adagrad.withLearningRate(rate).withEpsilon(real(file, "eps"));
      case "adam" -> Adam.withLearningRate(rate).withEpsilon(real(file, "eps"));
      default -> AdamW.withLearningRate(rate).withWeightDecay(real(file, "weight_decay"));
    };
  }

  @ParameterizedTest
  @MethodSource("clippings")
  void clipping(SafeTensors file) throws IOException {
    var builder = new ParameterStore.Builder();
    var parameters = new ArrayList<Parameter>();
    for (int i = 0; file.has("grad" + i); i++) {
      parameters.add(
          builder.vector("p" + i, file.doubles("grad" + i).length, Initializer.constant(0)));
    }
    try (var store = builder.build(backend, 1);
        var clipping = GradientClipping.byNorm(store, real(file, "max_norm"))) {
      for (int i = 0; i < parameters.size(); i++) {
        writeGradient(parameters.get(i), file.roundedFloats("grad" + i));
      }
      clipping.apply();
      assertClose(file.doubles("norm"), new float[] {clipping.lastNorm()}, 2e-6);
      for (int i = 0; i < parameters.size(); i++) {
        assertClose(file.doubles("clipped" + i), parameters.get(i).gradientToArray(), 2e-6);
      }
    }
  }

  private static double real(SafeTensors file, String key) {
    return Double.parseDouble(file.metadata().get(key));
  }

  /** A float has 24 bits: 2e-6 leaves room for a few dozen roundings. */
  private static void assertClose(double[] want, float[] got, double tolerance) {
    assertEquals(want.length, got.length);
    for (int i = 0; i < got.length; i++) {
      assertEquals(want[i], got[i], tolerance * Math.max(1, Math.abs(want[i])), "[" + i + "]");
    }
  }
}

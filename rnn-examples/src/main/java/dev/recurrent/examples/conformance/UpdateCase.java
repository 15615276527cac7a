package dev.recurrent.examples.conformance;

import dev.recurrent.cell.Initializer;
import dev.recurrent.layer.Layer;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.train.Adagrad;
import dev.recurrent.train.Adam;
import dev.recurrent.train.AdamW;
import dev.recurrent.train.GradientClipping;
import dev.recurrent.train.Optimizer;
import dev.recurrent.train.RmsProp;
import dev.recurrent.train.Sgd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Compares what an optimizer makes of given gradients step by step, and clipping by norm. */
final class UpdateCase {
  private final CaseFile data;

  UpdateCase(CaseFile data) {
    this.data = data;
  }

  /** Applies {@code grads [steps, n]} to {@code p0 [n]} and compares all values on the way. */
  void runOptimizer(Backend backend, Comparison comparison) throws IOException {
    int[] shape = data.shape("grads", 2);
    var gradients = data.floats("grads");
    try (var layer = new Parameters(List.of(shape[1]))) {
      layer.build(backend, 1);
      var parameter = layer.parameters().getFirst();
      parameter.set(data.floats("p0", shape[1]));
      var trajectory = new float[gradients.length];
      try (var updater = optimizer().on(layer)) {
        for (int step = 0; step < shape[0]; step++) {
          setGradient(backend, parameter, gradients, step * shape[1]);
          updater.step();
          System.arraycopy(parameter.toArray(), 0, trajectory, step * shape[1], shape[1]);
        }
      }
      comparison.expect("trajectory", trajectory);
    }
  }

  /** Clips {@code grad0}, {@code grad1}, … together and compares with {@code clipped0}, …. */
  void runClipping(Backend backend, Comparison comparison) throws IOException {
    var gradients = new ArrayList<float[]>();
    while (data.has("grad" + gradients.size())) {
      gradients.add(data.floats("grad" + gradients.size()));
    }
    try (var layer = new Parameters(gradients.stream().map(g -> g.length).toList())) {
      layer.build(backend, 1);
      layer.store().clearGradients();
      for (int i = 0; i < gradients.size(); i++) {
        setGradient(backend, layer.parameters().get(i), gradients.get(i), 0);
      }
      try (var clipping = GradientClipping.byNorm(layer.store(), data.number("max_norm", 0))) {
        clipping.apply();
        comparison.expect("norm", new float[] {clipping.lastNorm()});
      }
      for (int i = 0; i < gradients.size(); i++) {
        comparison.expect("clipped" + i, layer.parameters().get(i).gradientToArray());
      }
    }
  }

  private Optimizer optimizer() {
    double rate = data.number("lr", 0);
    double decay = data.number("weight_decay", 0);
    double momentum = data.number("momentum", 0);
    var betas = data.numbers("betas", 0.9, 0.999);
    var name = data.text("name");
    return switch (name) {
      case "sgd", "sgd-momentum", "sgd-nesterov" ->
          new Sgd(
              rate,
              momentum,
              data.flag("nesterov", false) ? Sgd.Momentum.NESTEROV : Sgd.Momentum.CLASSICAL,
              decay);
      case "rmsprop" ->
          new RmsProp(rate, data.number("alpha", 0.99), data.number("eps", 1e-8), momentum, decay);
      case "adagrad" ->
          new Adagrad(
              rate,
              data.number("lr_decay", 0),
              data.number("eps", 1e-10),
              decay,
              data.number("initial_accumulator_value", 0));
      case "adam" -> new Adam(rate, betas[0], betas[1], data.number("eps", 1e-8), decay);
      case "adamw" ->
          new AdamW(
              rate,
              betas[0],
              betas[1],
              data.number("eps", 1e-8),
              data.number("weight_decay", 1e-2));
      default -> throw new IllegalArgumentException("not understood: optimizer " + name);
    };
  }

  private static void setGradient(Backend backend, Parameter parameter, float[] from, int offset) {
    var gradient = parameter.gradient();
    backend.memory().write(gradient.storage(), gradient.offset(), from, offset, parameter.size());
  }

  /** Holds vectors of the given sizes as parameters. */
  private static final class Parameters extends Layer {
    private final List<Integer> sizes;

    Parameters(List<Integer> sizes) {
      this.sizes = sizes;
    }

    @Override
    protected void declare(Declaration declaration) {
      for (int i = 0; i < sizes.size(); i++) {
        declaration.vector("p" + i, sizes.get(i), Initializer.constant(0));
      }
    }
  }
}

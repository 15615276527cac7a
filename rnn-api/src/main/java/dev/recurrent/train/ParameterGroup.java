package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;
import dev.recurrent.layer.Layer;
import dev.recurrent.tape.Parameter;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Some parameters of a model that are trained otherwise than the rest: at a learning rate or with a
 * weight decay of their own, or not at all. What a group does not say is as the optimizer has it.
 *
 * <pre>{@code
 * Training.of(model)
 *     .optimizer(AdamW.withLearningRate(1e-3))
 *     .group(ParameterGroup.of(model.encoder).withLearningRate(1e-5))
 *     .group(ParameterGroup.of(model.embedding).frozen())
 *
 * var updater = Sgd.withLearningRate(0.1).on(model, ParameterGroup.of(model.encoder).frozen());
 * }</pre>
 *
 * <p>A schedule varies the group's own learning rate as it does the optimizer's. Immutable.
 */
@CheckReturnValue
public final class ParameterGroup {
  private final List<Parameter> parameters;
  private final @Nullable Double learningRate; // null for the optimizer's
  private final @Nullable Double weightDecay; // null for the optimizer's
  private final boolean frozen;

  private ParameterGroup(
      List<Parameter> parameters,
      @Nullable Double learningRate,
      @Nullable Double weightDecay,
      boolean frozen) {
    this.parameters = parameters;
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
    this.frozen = frozen;
  }

  /**
   * Groups all parameters of some layers, those of the layers inside them included.
   *
   * @throws IllegalStateException if a layer is not built
   */
  public static ParameterGroup of(Layer... layers) {
    return of(Arrays.stream(layers).flatMap(layer -> layer.parameters().stream()).toList());
  }

  /**
   * Groups single parameters of a model, such as all that {@link Parameter#isVector}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ParameterGroup of(Collection<Parameter> parameters) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException("parameter group: expected at least one, got none");
    }
    return new ParameterGroup(List.copyOf(new LinkedHashSet<>(parameters)), null, null, false);
  }

  /** Returns the same group at a learning rate of its own. */
  public ParameterGroup withLearningRate(double newLearningRate) {
    Optimizer.requireNotNegative("learning rate", newLearningRate);
    return new ParameterGroup(parameters, newLearningRate, weightDecay, frozen);
  }

  /** Returns the same group with a weight decay of its own, 0 for none. */
  public ParameterGroup withWeightDecay(double newWeightDecay) {
    Optimizer.requireNotNegative("weight decay", newWeightDecay);
    return new ParameterGroup(parameters, learningRate, newWeightDecay, frozen);
  }

  /**
   * Returns the same group, which keeps its values: neither gradients nor decay move them, and in
   * {@link Training} their gradients do not count in the norm that is clipped.
   */
  public ParameterGroup frozen() {
    return new ParameterGroup(parameters, learningRate, weightDecay, true);
  }

  /** Returns the parameters. */
  public List<Parameter> parameters() {
    return parameters;
  }

  @Nullable Double learningRate() {
    return learningRate;
  }

  @Nullable Double weightDecay() {
    return weightDecay;
  }

  boolean isFrozen() {
    return frozen;
  }

  @Override
  public String toString() {
    return parameters.stream().map(Parameter::name).collect(Collectors.joining(", ", "[", "]"))
        + (learningRate == null ? "" : " learningRate=" + learningRate)
        + (weightDecay == null ? "" : " weightDecay=" + weightDecay)
        + (frozen ? " frozen" : "");
  }
}

package dev.recurrent.train;

import dev.recurrent.layer.Layer;
import java.util.function.Consumer;

/**
 * Defines how parameters move along their gradients: by equations, as a cell is defined. One of
 * your own is as easy as those that come along:
 *
 * <pre>{@code
 * var lion = Optimizer.named("lion", 1e-4, u -> {
 *   var m = u.moment("m");
 *   var direction = m.times(0.9).plus(u.gradient().times(0.1)).sign();
 *   u.next("m", m.times(0.99).plus(u.gradient().times(0.01)));
 *   u.update(u.parameter().minus(direction.times(u.learningRate())));
 * });
 * }</pre>
 *
 * <p>The equations are compiled by the backend into one kernel over all parameters of a model.
 *
 * <p>Immutable: any thread may use it. What it makes, an {@link Updater}, belongs to the thread
 * that trains.
 */
public interface Optimizer {
  /** Returns the name for files and messages. */
  String name();

  /** Returns the learning rate, which a {@link Schedule} may vary. */
  double learningRate();

  /** Writes down the update of one element; called once. */
  void equations(UpdateEquations update);

  /**
   * Returns the same optimizer, with the same moments, but no weight decay; for parameters that are
   * left out of it, see {@link Training#decayOnlyMatrices}.
   */
  default Optimizer withoutWeightDecay() {
    return this;
  }

  /**
   * Returns the same optimizer, with the same moments and another weight decay; for a {@link
   * ParameterGroup} with one of its own.
   *
   * @throws IllegalArgumentException if this optimizer has no weight decay and it is not 0
   */
  default Optimizer withWeightDecay(double weightDecay) {
    if (weightDecay != 0) {
      throw new IllegalArgumentException(
          name() + ": expected no weight decay, which it does not have, got " + weightDecay);
    }
    return withoutWeightDecay();
  }

  /**
   * Starts to update the parameters of a layer that is built: a whole model, or a part of one,
   * whose other parameters then stay as they are. The caller closes the updater.
   *
   * @param groups parameters of the layer that are updated otherwise than the rest
   * @throws IllegalArgumentException if groups overlap, or name parameters that are not the layer's
   */
  default Updater on(Layer layer, ParameterGroup... groups) {
    var grouping = new Grouping(layer);
    for (var group : groups) {
      grouping.add(group);
    }
    return new Updater(this, layer.store(), grouping.parts(this));
  }

  /** Defines an optimizer by its equations. */
  static Optimizer named(String name, double learningRate, Consumer<UpdateEquations> equations) {
    requireNotNegative("learning rate", learningRate);
    return new Optimizer() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public double learningRate() {
        return learningRate;
      }

      @Override
      public void equations(UpdateEquations update) {
        equations.accept(update);
      }

      @Override
      public String toString() {
        return name + "[learningRate=" + learningRate + "]";
      }
    };
  }

  /** Refuses a number that is not above 0. */
  static double requirePositive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + ": expected a number above 0, got " + value);
    }
    return value;
  }

  /** Refuses a number outside [0, 1). */
  static double requireShare(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + ": expected a number in [0, 1), got " + value);
    }
    return value;
  }

  /** Refuses a negative number. */
  static double requireNotNegative(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + ": expected a number of at least 0, got " + value);
    }
    return value;
  }
}

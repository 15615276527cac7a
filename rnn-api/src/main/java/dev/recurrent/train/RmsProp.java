package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;

/**
 * RMSProp (Hinton 2012): v ← α v + (1 - α) g², p ← p - η g / (√v + ε), optionally with momentum μ
 * over g / (√v + ε). Weight decay λ adds λ p to g. PyTorch's {@code RMSprop}.
 *
 * @param smoothing α
 * @param epsilon ε
 * @param momentum μ, 0 for none
 * @param weightDecay λ
 */
@CheckReturnValue
public record RmsProp(
    double learningRate, double smoothing, double epsilon, double momentum, double weightDecay)
    implements Optimizer {

  public RmsProp {
    Optimizer.requireNotNegative("learning rate", learningRate);
    Optimizer.requireShare("smoothing", smoothing);
    Optimizer.requireNotNegative("epsilon", epsilon);
    Optimizer.requireShare("momentum", momentum);
    Optimizer.requireNotNegative("weight decay", weightDecay);
  }

  /** Returns RMSProp with PyTorch's other defaults: α = 0.99, ε = 1e-8. */
  public static RmsProp withLearningRate(double learningRate) {
    return new RmsProp(learningRate, 0.99, 1e-8, 0, 0);
  }

  /** Returns the same with another smoothing. */
  public RmsProp withSmoothing(double newSmoothing) {
    return new RmsProp(learningRate, newSmoothing, epsilon, momentum, weightDecay);
  }

  /** Returns the same with another epsilon. */
  public RmsProp withEpsilon(double newEpsilon) {
    return new RmsProp(learningRate, smoothing, newEpsilon, momentum, weightDecay);
  }

  /** Returns the same with another momentum. */
  public RmsProp withMomentum(double newMomentum) {
    return new RmsProp(learningRate, smoothing, epsilon, newMomentum, weightDecay);
  }

  @Override
  public RmsProp withWeightDecay(double newWeightDecay) {
    return new RmsProp(learningRate, smoothing, epsilon, momentum, newWeightDecay);
  }

  @Override
  public RmsProp withoutWeightDecay() {
    return withWeightDecay(0);
  }

  @Override
  public String name() {
    return "rmsprop";
  }

  @Override
  public void equations(UpdateEquations u) {
    var p = u.parameter();
    var g = weightDecay == 0 ? u.gradient() : u.gradient().plus(p.times(weightDecay));
    var v = u.moment("square").times(smoothing).plus(g.times(g).times(1 - smoothing));
    u.next("square", v);
    var direction = g.dividedBy(v.sqrt().plus(epsilon));
    if (momentum > 0) {
      direction = u.moment("momentum").times(momentum).plus(direction);
      u.next("momentum", direction);
    }
    u.update(p.minus(direction.times(u.learningRate())));
  }
}

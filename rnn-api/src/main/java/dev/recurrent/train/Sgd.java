package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;

/**
 * Stochastic gradient descent, p ← p - η g, optionally with momentum μ: b ← μ b + g, p ← p - η b,
 * or Nesterov's p ← p - η (g + μ b) (Sutskever et al. 2013). Weight decay λ adds λ p to g.
 * PyTorch's {@code SGD}.
 *
 * @param momentum μ, 0 for none
 * @param weightDecay λ
 */
@CheckReturnValue
public record Sgd(double learningRate, double momentum, Momentum kind, double weightDecay)
    implements Optimizer {

  /** Says where the gradient is taken. */
  public enum Momentum {
    /** Polyak's: at the parameter. */
    CLASSICAL,
    /** Nesterov's: where the momentum is about to carry the parameter. */
    NESTEROV
  }

  public Sgd {
    Optimizer.requireNotNegative("learning rate", learningRate);
    Optimizer.requireShare("momentum", momentum);
    Optimizer.requireNotNegative("weight decay", weightDecay);
  }

  /** Returns plain gradient descent. */
  public static Sgd withLearningRate(double learningRate) {
    return new Sgd(learningRate, 0, Momentum.CLASSICAL, 0);
  }

  /** Returns the same with another momentum. */
  public Sgd withMomentum(double newMomentum) {
    return new Sgd(learningRate, newMomentum, Momentum.CLASSICAL, weightDecay);
  }

  /** Returns the same with Nesterov's momentum. */
  public Sgd withNesterov(double newMomentum) {
    return new Sgd(learningRate, newMomentum, Momentum.NESTEROV, weightDecay);
  }

  @Override
  public Sgd withWeightDecay(double newWeightDecay) {
    return new Sgd(learningRate, momentum, kind, newWeightDecay);
  }

  @Override
  public Sgd withoutWeightDecay() {
    return withWeightDecay(0);
  }

  @Override
  public String name() {
    return "sgd";
  }

  @Override
  public void equations(UpdateEquations u) {
    var p = u.parameter();
    var g = weightDecay == 0 ? u.gradient() : u.gradient().plus(p.times(weightDecay));
    if (momentum > 0) {
      var b = u.moment("momentum").times(momentum).plus(g);
      u.next("momentum", b);
      g = kind == Momentum.NESTEROV ? g.plus(b.times(momentum)) : b;
    }
    u.update(p.minus(g.times(u.learningRate())));
  }
}

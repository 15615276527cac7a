package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;

/**
 * Adagrad (Duchi et al. 2011): s ← s + g², p ← p - η / (1 + (t-1) δ) g / (√s + ε). Weight decay λ
 * adds λ p to g. PyTorch's {@code Adagrad}.
 *
 * @param learningRateDecay δ
 * @param epsilon ε
 * @param weightDecay λ
 * @param initialSum the first value of s
 */
@CheckReturnValue
public record Adagrad(
    double learningRate,
    double learningRateDecay,
    double epsilon,
    double weightDecay,
    double initialSum)
    implements Optimizer {

  public Adagrad {
    Optimizer.requireNotNegative("learning rate", learningRate);
    Optimizer.requireNotNegative("learning rate decay", learningRateDecay);
    Optimizer.requireNotNegative("epsilon", epsilon);
    Optimizer.requireNotNegative("weight decay", weightDecay);
    Optimizer.requireNotNegative("initial sum", initialSum);
  }

  /** Returns Adagrad with PyTorch's other defaults: ε = 1e-10. */
  public static Adagrad withLearningRate(double learningRate) {
    return new Adagrad(learningRate, 0, 1e-10, 0, 0);
  }

  /** Returns the same with another epsilon. */
  public Adagrad withEpsilon(double newEpsilon) {
    return new Adagrad(learningRate, learningRateDecay, newEpsilon, weightDecay, initialSum);
  }

  @Override
  public Adagrad withWeightDecay(double newWeightDecay) {
    return new Adagrad(learningRate, learningRateDecay, epsilon, newWeightDecay, initialSum);
  }

  @Override
  public Adagrad withoutWeightDecay() {
    return withWeightDecay(0);
  }

  @Override
  public String name() {
    return "adagrad";
  }

  @Override
  public void equations(UpdateEquations u) {
    var p = u.parameter();
    var g = weightDecay == 0 ? u.gradient() : u.gradient().plus(p.times(weightDecay));
    var s = u.moment("sum", initialSum).plus(g.times(g));
    u.next("sum", s);
    var rate = u.scalar((step, eta) -> eta / (1 + (step - 1) * learningRateDecay));
    u.update(p.minus(g.dividedBy(s.sqrt().plus(epsilon)).times(rate)));
  }
}

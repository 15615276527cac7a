package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;

/**
 * Adam (Kingma and Ba 2015): m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g², p ← p - η/(1-β₁ᵗ) m / (√(v
 * / (1-β₂ᵗ)) + ε). Weight decay λ adds λ p to g (for decoupled decay see {@link AdamW}). PyTorch's
 * {@code Adam}.
 *
 * @param epsilon ε
 * @param weightDecay λ
 */
@CheckReturnValue
public record Adam(
    double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {

  public Adam {
    Optimizer.requireNotNegative("learning rate", learningRate);
    Optimizer.requireShare("beta1", beta1);
    Optimizer.requireShare("beta2", beta2);
    Optimizer.requireNotNegative("epsilon", epsilon);
    Optimizer.requireNotNegative("weight decay", weightDecay);
  }

  /** Returns Adam with the paper's other defaults: β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
  public static Adam withLearningRate(double learningRate) {
    return new Adam(learningRate, 0.9, 0.999, 1e-8, 0);
  }

  /** Returns the same with other betas. */
  public Adam withBetas(double newBeta1, double newBeta2) {
    return new Adam(learningRate, newBeta1, newBeta2, epsilon, weightDecay);
  }

  /** Returns the same with another epsilon. */
  public Adam withEpsilon(double newEpsilon) {
    return new Adam(learningRate, beta1, beta2, newEpsilon, weightDecay);
  }

  @Override
  public Adam withWeightDecay(double newWeightDecay) {
    return new Adam(learningRate, beta1, beta2, epsilon, newWeightDecay);
  }

  @Override
  public Adam withoutWeightDecay() {
    return withWeightDecay(0);
  }

  @Override
  public String name() {
    return "adam";
  }

  @Override
  public void equations(UpdateEquations u) {
    var p = u.parameter();
    var g = weightDecay == 0 ? u.gradient() : u.gradient().plus(p.times(weightDecay));
    u.update(p.minus(step(u, g, this)));
  }

  static Quantity step(UpdateEquations u, Quantity g, Adam adam) {
    var m = u.moment("m").times(adam.beta1).plus(g.times(1 - adam.beta1));
    var v = u.moment("v").times(adam.beta2).plus(g.times(g).times(1 - adam.beta2));
    u.next("m", m);
    u.next("v", v);
    var rate = u.scalar((t, eta) -> eta / (1 - Math.pow(adam.beta1, (double) t)));
    var correction = u.scalar((t, eta) -> 1 / Math.sqrt(1 - Math.pow(adam.beta2, (double) t)));
    return m.dividedBy(v.sqrt().times(correction).plus(adam.epsilon)).times(rate);
  }
}

package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): p ← (1 - η λ) p, then {@link
 * Adam}'s step without decay. PyTorch's {@code AdamW}.
 *
 * @param epsilon ε
 * @param weightDecay λ
 */
@CheckReturnValue
public record AdamW(
    double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {

  public AdamW {
    var _ = new Adam(learningRate, beta1, beta2, epsilon, weightDecay);
  }

  /** Returns AdamW with PyTorch's other defaults: β₁ = 0.9, β₂ = 0.999, ε = 1e-8, λ = 0.01. */
  public static AdamW withLearningRate(double learningRate) {
    return new AdamW(learningRate, 0.9, 0.999, 1e-8, 0.01);
  }

  /** Returns the same with other betas. */
  public AdamW withBetas(double newBeta1, double newBeta2) {
    return new AdamW(learningRate, newBeta1, newBeta2, epsilon, weightDecay);
  }

  @Override
  public AdamW withWeightDecay(double newWeightDecay) {
    return new AdamW(learningRate, beta1, beta2, epsilon, newWeightDecay);
  }

  @Override
  public AdamW withoutWeightDecay() {
    return withWeightDecay(0);
  }

  @Override
  public String name() {
    return "adamw";
  }

  @Override
  public void equations(UpdateEquations u) {
    var adam = new Adam(learningRate, beta1, beta2, epsilon, 0);
    // Not p (1 - η λ), which in single precision is off by up to 6e-8 / η λ of the decay.
    var decay = u.parameter().times(u.scalar((t, eta) -> eta * weightDecay));
    u.update(u.parameter().minus(decay).minus(Adam.step(u, u.gradient(), adam)));
  }
}

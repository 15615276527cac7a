package dev.recurrent.train;

import dev.recurrent.train.TrainingListener.Measures;

/** Holds what an update has measured, once it is read; asking reads all that is not. */
final class UpdateMeasures implements Measures {
  private final DeferredNumbers numbers;
  private boolean known;
  private double loss;
  private double gradientNorm;

  /** Says that the gradients overflowed for the sake of the loss scale; there is no update then. */
  boolean overflowed;

  UpdateMeasures(DeferredNumbers numbers) {
    this.numbers = numbers;
  }

  void set(double newLoss, double newGradientNorm) {
    known = true;
    loss = newLoss;
    gradientNorm = newGradientNorm;
  }

  @Override
  public double loss() {
    require();
    return loss;
  }

  @Override
  public double gradientNorm() {
    require();
    return gradientNorm;
  }

  private void require() {
    if (!known) {
      numbers.readAll();
    }
    if (!known) {
      throw new IllegalStateException(
          "update: expected to be asked while its training goes on, got a call after it failed");
    }
  }

  @Override
  public String toString() {
    return known ? "loss " + loss + ", gradient norm " + gradientNorm : "not read yet";
  }
}

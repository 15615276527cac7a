package dev.recurrent.examples.harness;

import java.util.Locale;

/** The rules by which gradients move the parameters. */
public enum Descent {
  /** Kingma and Ba's, which adapts the rate of each parameter. */
  ADAM,
  /** Plain gradient descent. */
  SGD;

  /** Returns the name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.recurrent.train;

import dev.recurrent.spi.Precision;
import java.io.IOException;

/**
 * Multiplies the loss before a backward pass whose products are FP16, so that small gradients do
 * not vanish; the gradients are divided again before they are used. The factor is a power of two,
 * which changes no bit of a gradient that neither overflows nor vanishes. Where one has overflowed,
 * the update is left out and the factor halved; after many updates without, it is doubled. (P.
 * Micikevicius et al., Mixed Precision Training, 2018.)
 */
final class LossScale {
  private static final float FIRST = 65_536;
  private static final float LARGEST = 0x1p24f;
  private static final int UPDATES_UNTIL_DOUBLED = 2000;

  private final boolean enabled;
  private float factor;
  private long good; // updates since the factor was changed

  LossScale(Precision precision) {
    enabled = precision == Precision.FP16;
    factor = enabled ? FIRST : 1;
  }

  /** Tells whether losses are scaled at all. */
  boolean isEnabled() {
    return enabled;
  }

  /** Returns the number to multiply the loss with. */
  float factor() {
    return factor;
  }

  /**
   * Takes the norm of the gradients of an update.
   *
   * @return whether the update is to be left out, as they have overflowed for the factor's sake
   */
  boolean overflowed(double norm) {
    if (!enabled) {
      return false;
    }
    if (Double.isFinite(norm)) {
      good++;
      if (good == UPDATES_UNTIL_DOUBLED && factor < LARGEST) {
        factor *= 2;
        good = 0;
      }
      return false;
    }
    if (factor <= 1) {
      return false; // the gradients themselves are no numbers
    }
    factor /= 2;
    good = 0;
    return true;
  }

  void write(Checkpoint checkpoint) {
    checkpoint.put("lossScale", factor).put("lossScaleUpdates", good);
  }

  void read(Checkpoint.Reader saved) throws IOException {
    factor = (float) saved.real("lossScale");
    good = saved.number("lossScaleUpdates");
  }
}

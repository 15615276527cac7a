package dev.recurrent.layer;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.MaskScope;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.TensorOps.MaskDraw;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sets elements to 0 with the given rate while training and multiplies the others by 1 / (1 - rate)
 * (Srivastava et al. 2014, inverted); outside training it does nothing. The mask is a function of
 * the tape's seed, so a resumed run draws the same. A {@linkplain #variational variational} one
 * draws one mask for all steps of a sequence.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class Dropout extends Layer {
  private final double rate;
  private final MaskScope scope;

  private Dropout(double rate, MaskScope scope) {
    this.rate = Checks.rate("dropout", rate);
    this.scope = scope;
  }

  /** Creates a dropout layer. */
  public static Dropout of(double rate) {
    return new Dropout(rate, MaskScope.STEP);
  }

  /**
   * Creates a dropout layer whose mask is the same at every step of a sequence (Gal and Ghahramani
   * 2016); a window of truncated back-propagation draws its own.
   */
  public static Dropout variational(double rate) {
    return new Dropout(rate, MaskScope.SEQUENCE);
  }

  /** Applies the layer: x {@code [M, N]} gives {@code [M, N]}. */
  public Tensor on(Tape tape, Tensor x) {
    return apply(tape, x, rate, scope);
  }

  static Tensor apply(Tape tape, Tensor x, double rate, MaskScope scope) {
    tape.requireSameTape("dropout", x);
    if (rate == 0 || tape.mode() != Mode.TRAINING) {
      return x;
    }
    float keep = (float) (1 - rate);
    var draw = new MaskDraw(tape.nextSeed(), keep, 1 / keep);
    var out = tape.tensor(x.rows(), x.columns(), x.layout());
    // The mask is drawn again on the way back: cheaper than to keep it.
    tape.keepMask(draw, scope, x.layout(), out.value());
    tape.ops().binary(BinaryOp.TIMES, out.value(), x.value(), out.value());
    return tape.record(
        out,
        List.of(x),
        () ->
            x.contribute(
                d -> {
                  tape.keepMask(draw, scope, x.layout(), d);
                  tape.ops().binary(BinaryOp.TIMES, d, out.gradient(), d);
                }));
  }

  @Override
  protected void declare(Declaration declaration) {}

  @Override
  protected Map<String, String> configuration() {
    return Map.of("rate", "" + rate, "mask", scope.name().toLowerCase(Locale.ROOT));
  }
}

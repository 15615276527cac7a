package dev.recurrent.layer;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.TensorOps.MaskDraw;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Sets elements to 0 with the given rate while training and multiplies the others by 1 / (1 - rate)
 * (Srivastava et al. 2014, inverted); outside training it does nothing. The mask is a function of
 * the tape's seed, so a resumed run draws the same.
 */
public final class Dropout extends Layer {
  private final double rate;

  private Dropout(double rate) {
    this.rate = Checks.rate("dropout", rate);
  }

  /** Creates a dropout layer. */
  public static Dropout of(double rate) {
    return new Dropout(rate);
  }

  /** Applies the layer: x {@code [M, N]} gives {@code [M, N]}. */
  public Tensor on(Tape tape, Tensor x) {
    return apply(tape, x, rate);
  }

  static Tensor apply(Tape tape, Tensor x, double rate) {
    if (rate == 0 || tape.mode() != Mode.TRAINING) {
      return x;
    }
    float keep = (float) (1 - rate);
    var draw = new MaskDraw(tape.nextSeed(), keep, 1 / keep);
    var out = tape.tensor(x.rows(), x.columns(), x.layout());
    // The mask is drawn again on the way back: cheaper than to keep it.
    tape.keepMask(draw, x.layout(), out.value());
    tape.ops().binary(BinaryOp.TIMES, out.value(), x.value(), out.value());
    return tape.record(
        out,
        List.of(x),
        () ->
            x.contribute(
                d -> {
                  tape.keepMask(draw, x.layout(), d);
                  tape.ops().binary(BinaryOp.TIMES, d, out.gradient(), d);
                }));
  }

  @Override
  protected void declare(Declaration declaration) {}

  @Override
  protected Map<String, String> configuration() {
    return Map.of("rate", "" + rate);
  }
}

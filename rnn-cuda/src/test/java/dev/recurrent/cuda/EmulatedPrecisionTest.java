package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.RecurrentContractTest;
import dev.recurrent.contract.Tolerance;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Precision;
import org.junit.jupiter.api.Nested;

/** Runs the contract of compiled cells, forward and backward, in every precision but FP32. */
class EmulatedPrecisionTest {
  /**
   * Allows what the rounding of factors does. Each of the n products of a sum is off by at most 2u,
   * where u is half the distance of the numbers around 1; the errors have any sign, so that a sum
   * is off by some 2u √n, and a gradient over many rows likewise. Four times that is for what is
   * stored in these numbers between the two passes, and for what one step hands on to the next. A
   * row too few or a wrong gate is off by far more than the tenth that this is at its largest.
   */
  abstract static class InPrecision extends RecurrentContractTest {
    private final Precision precision;

    InPrecision(Precision precision) {
      this.precision = precision;
    }

    @Override
    protected Backend open() {
      return Emulation.open(precision);
    }

    /** True of the kernels, as in FP32. */
    @Override
    public Bits bits() {
      return Bits.SAME_IN_ANY_BATCH;
    }

    @Override
    public double rounding() {
      return tolerance(2, 1);
    }

    /** Few, since g++ compiles each; {@link EmulatedBackendTest} tries others. */
    @Override
    public int randomCells() {
      return 20;
    }

    /**
     * Leaves out the gradients of units with a kink in BF16: near it one may be rounded to the
     * other side, where the gradient is another one.
     */
    @Override
    public void assertClose(CellProblem expected, CellProblem tested, Setup setup) {
      if (precision != Precision.BF16 || !hasKink(setup.program())) {
        super.assertClose(expected, tested, setup);
        return;
      }
      for (int i = 0; i < expected.results().size(); i++) {
        var wanted = expected.results().get(i);
        if (!wanted.name().startsWith("d")) {
          var got = tested.results().get(i).elements();
          Tolerance.assertClose(wanted.elements(), got, tolerance(35, 0), wanted.name());
        }
      }
    }

    private static boolean hasKink(CellProgram program) {
      return program.code().stream()
          .anyMatch(step -> step instanceof Instruction.Unary unary && unary.op() == UnaryOp.RELU);
    }

    @Override
    public double tolerance(int longest, int rows) {
      double u = precision == Precision.BF16 ? 0x1p-9 : 0x1p-12;
      return 8 * u * (Math.sqrt(8 + 2 * longest) + Math.sqrt(rows))
          + super.tolerance(longest, rows);
    }
  }

  @Nested
  class InTf32 extends InPrecision {
    InTf32() {
      super(Precision.TF32);
    }
  }

  @Nested
  class InBf16 extends InPrecision {
    InBf16() {
      super(Precision.BF16);
    }
  }

  @Nested
  class InFp16 extends InPrecision {
    InFp16() {
      super(Precision.FP16);
    }
  }
}

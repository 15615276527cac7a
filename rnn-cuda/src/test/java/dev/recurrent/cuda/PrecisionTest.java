package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Lie;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Precision;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares cells and products whose factors are rounded with the reference. */
class PrecisionTest {
  /**
   * Returns how far results may be off, as a part of the largest number of a result: some roundings
   * of 2⁻¹² (TF32 and FP16: 11 bits) or 2⁻⁹ (BF16: 8 bits), which grow in a few steps.
   */
  static double tolerance(Precision precision) {
    return switch (precision) {
      case FP32 -> 0;
      case TF32, FP16 -> 32 * 0x1p-12;
      case BF16 -> 32 * 0x1p-9;
    };
  }

  static List<Arguments> cells() {
    var all = new ArrayList<Arguments>();
    for (var cell : Cells.all()) {
      for (var precision : List.of(Precision.TF32, Precision.BF16, Precision.FP16)) {
        all.add(Arguments.of(cell, precision));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("cells")
  void cellIsAsNearToTheReferenceAsItsNumbersAllow(CellDefinition cell, Precision precision) {
    try (var backend = Emulation.open(precision);
        var exact = Emulation.open(1);
        var reference = new ReferenceBackend()) {
      double worst = 0;
      for (int hidden : new int[] {1, 7, 17}) {
        var program = cell.program(CellSizes.of(5, hidden));
        for (var direction : Direction.values()) {
          var layout = SequenceLayout.ofLengths(2, 4, 0, 3);
          var setup =
              Setup.of(program, layout, hidden)
                  .with(Mode.TRAINING)
                  .with(direction)
                  .with(direction == Direction.FORWARD ? Lie.VIEW : Lie.DENSE);
          try (var tested = backend.compile(program);
              var unrounded = exact.compile(program);
              var expected = reference.compile(program);
              var a = new CellProblem(backend, setup);
              var b = new CellProblem(reference, setup);
              var c = new CellProblem(exact, setup)) {
            a.run(tested);
            b.run(expected);
            c.run(unrounded);
            worst = Math.max(worst, worstError(b, a));
            assertTrue(worstError(b, c) < 1e-5, cell + " in FP32");
          }
        }
      }
      double wanted = tolerance(precision);
      double got = worst;
      assertTrue(got <= wanted, () -> cell + ": expected at most " + wanted + ", got " + got);
      assertTrue(got > 1e-5, () -> cell + ": expected numbers that are rounded, got " + got);
    }
  }

  private static double worstError(CellProblem expected, CellProblem tested) {
    double worst = 0;
    for (int i = 0; i < expected.results().size(); i++) {
      var wanted = expected.results().get(i).elements();
      var got = tested.results().get(i).elements();
      double largest = 1;
      for (float value : wanted) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int j = 0; j < wanted.length; j++) {
        double error = Math.abs(wanted[j] - got[j]) / largest;
        worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
      }
    }
    return worst;
  }

  /** 1 + 2⁻⁹ is a number of 10 bits, 1 + 2⁻¹³ of 14 bits, 70000 is above the range of FP16. */
  @ParameterizedTest
  @EnumSource
  void productRoundsItsFactorsToTheNumbersAskedFor(Precision precision) {
    float[] factors = {1 + 0x1p-9f, 1 + 0x1p-13f, 70_000};
    float[] wanted =
        switch (precision) {
          case FP32 -> factors;
          case TF32 -> new float[] {1 + 0x1p-9f, 1, 70_016};
          case BF16 -> new float[] {1, 1, 70_144};
          case FP16 -> new float[] {1 + 0x1p-9f, 1, Float.POSITIVE_INFINITY};
        };
    try (var backend = Emulation.open(precision);
        var a = backend.memory().allocate(DataType.FLOAT32, 3);
        var b = backend.memory().allocate(DataType.FLOAT32, 1);
        var c = backend.memory().allocate(DataType.FLOAT32, 3)) {
      assertEquals(precision, backend.precision());
      backend.memory().write(a, 0, factors, 0, 3);
      backend.memory().write(b, 0, new float[] {1}, 0, 1);
      backend.ops().multiply(Matrix.of(a, 3, 1), Matrix.of(b, 1, 1), Matrix.of(c, 3, 1), 0);
      var got = new float[3];
      backend.memory().read(c, 0, got, 0, 3);
      for (int i = 0; i < 3; i++) {
        assertEquals(wanted[i], got[i], "factor " + factors[i]);
      }
    }
  }

  /** Every half, and what lies between two of them, against Java's own conversion. */
  @Test
  void float16IsRoundedAsJavaRoundsIt() {
    var values = new ArrayList<Float>();
    for (int bits = 0; bits < 0x7c00; bits++) {
      float half = Float.float16ToFloat((short) bits);
      float next = bits == 0x7bff ? 65536 : Float.float16ToFloat((short) (bits + 1));
      float middle = (half + next) / 2;
      values.addAll(List.of(half, -half, middle, Math.nextUp(middle), Math.nextDown(middle)));
    }
    values.addAll(List.of(Float.POSITIVE_INFINITY, Float.NaN, Float.MAX_VALUE, Float.MIN_VALUE));
    int count = values.size();
    var numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = values.get(i);
    }
    try (var backend = Emulation.open(Precision.FP16);
        var a = backend.memory().allocate(DataType.FLOAT32, count);
        var one = backend.memory().allocate(DataType.FLOAT32, 1);
        var c = backend.memory().allocate(DataType.FLOAT32, count)) {
      backend.memory().write(a, 0, numbers, 0, count);
      backend.memory().write(one, 0, new float[] {1}, 0, 1);
      var got = new float[count];
      backend
          .ops()
          .multiply(Matrix.of(a, count, 1), Matrix.of(one, 1, 1), Matrix.of(c, count, 1), 0);
      backend.memory().read(c, 0, got, 0, count);
      for (int i = 0; i < count; i++) {
        float wanted = Float.float16ToFloat(Float.floatToFloat16(numbers[i])) + 0f; // not -0
        assertEquals(wanted, got[i], "of " + numbers[i]);
      }
    }
  }

  @Test
  void rowsOfTwoByteNumbersBeginAtMultiplesOfSixteenBytes() {
    assertEquals(8, NumberType.BFLOAT16.stride(1));
    assertEquals(16, NumberType.FLOAT16.stride(9));
    assertEquals(9, NumberType.FLOAT32.stride(9));
  }
}

package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.spi.PointwiseProgram;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows what the generators write. */
class GeneratedSourceTest {
  /** Layer normalisation divides by its width, which is a constant of the kernel. */
  static List<CellDefinition> cellsWithoutSizes() {
    return Cells.all().stream().filter(cell -> !cell.equals(Cells.LSTM_LAYERNORM)).toList();
  }

  @Test
  void pointwiseProgramReadsAllInputsBeforeItWrites() {
    var p = new PointwiseProgram.Builder("leaky-step");
    int a = p.input();
    int scaled = p.apply(BinaryOp.TIMES, a, p.scalar());
    int b = p.input();
    p.output(p.apply(UnaryOp.TANH, p.apply(BinaryOp.PLUS, scaled, b))).output(p.constant(-0.5));
    assertEquals(
        """
        KERNEL(rnn_leaky_step, int rows, int columns, ALIASED(const float) in0, int si0, \
        ALIASED(const float) in1, int si1, ALIASED(float) out0, int so0, \
        ALIASED(float) out1, int so1, float scalar0) {
          unsigned i = (unsigned)BLOCK_INDEX * BLOCK_THREADS + THREAD_INDEX;
          if (i < (unsigned)rows * (unsigned)columns) {
            int row = (int)(i / (unsigned)columns);
            int column = (int)(i - (unsigned)row * (unsigned)columns);
            float v0 = in0[row * si0 + column];
            float v3 = in1[row * si1 + column];
            float v1 = scalar0;
            float v2 = op_times(v0, v1);
            float v4 = op_plus(v2, v3);
            float v5 = op_tanh(v4);
            float v6 = (-5.00000000e-01f);
            out0[row * so0 + column] = v5;
            out1[row * so1 + column] = v6;
          }
        }
        """,
        PointwiseSource.write(p.build()).indent(0));
  }

  @ParameterizedTest
  @MethodSource("cellsWithoutSizes")
  void cellIsCompiledOnceForAllSizes(CellDefinition cell) {
    var small = CudaRecurrentKernel.Plans.of(cell.program(CellSizes.of(7, 20)), NumberType.FLOAT32);
    var large =
        CudaRecurrentKernel.Plans.of(cell.program(CellSizes.of(100, 512)), NumberType.FLOAT32);
    assertEquals(small.kernels(), large.kernels());
  }

  /** Forward one kernel a step; backward one too, since a product writes the state's gradient. */
  @Test
  void stepOfTheLstmIsOneKernelInEachDirection() {
    var kernels =
        CudaRecurrentKernel.Plans.of(Cells.LSTM.program(CellSizes.of(7, 20)), NumberType.FLOAT32)
            .kernels();
    assertEquals(2, kernels.split("KERNEL\\(", -1).length - 1, kernels);
    assertTrue(kernels.contains("KERNEL(rnn_lstm_forward_0_0"), kernels);
    assertTrue(kernels.contains("KERNEL(rnn_lstm_backward_0_0"), kernels);
    assertFalse(kernels.contains("WITH_BARRIERS"), kernels);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, -1, 0.1, 1 / 3.0, 1e-45, 1.17549435e-38, 3.4028235e38, 1e6})
  void numbersKeepTheirBits(double value) {
    var text = KernelText.number(value);
    assertTrue(text.endsWith("f") || text.endsWith("f)"), text);
    var digits = text.replace("(", "").replace(")", "").replace("f", "");
    assertEquals((float) value, Float.parseFloat(digits));
    assertEquals(value < 0 || text.contains("-0.00"), text.startsWith("("));
  }

  @Test
  void namesOfUsersBecomeIdentifiers() {
    assertEquals("rnn_my_cell_2__", KernelText.identifier("my cell-2 é"));
  }
}

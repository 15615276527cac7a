package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cuda.driver.Blas.Factor;
import dev.recurrent.cuda.driver.Blas.Product;
import dev.recurrent.cuda.driver.Cublas;
import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.spi.Matrix.Order;
import dev.recurrent.spi.Precision;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows what cuBLAS is asked for. */
class CublasTest {
  private final List<String> calls = new ArrayList<>();
  private int status;

  private Cublas open(Precision precision) {
    var driver =
        (Driver)
            Proxy.newProxyInstance(
                Driver.class.getClassLoader(),
                new Class<?>[] {Driver.class},
                (_, method, arguments) -> {
                  calls.add(method.getName() + " " + arguments[0]);
                  return method.getName().equals("allocate") ? 4096L : null;
                });
    return new Cublas(driver, new Recorder(), precision);
  }

  private final class Recorder implements Cublas.Functions {
    private int note(String call) {
      calls.add(call);
      return status;
    }

    @Override
    public int create() {
      return note("create");
    }

    @Override
    public int destroy() {
      return note("destroy");
    }

    @Override
    public int setStream() {
      return note("stream");
    }

    @Override
    public int setWorkspace(long address, long bytes) {
      return note("workspace " + address + " " + bytes);
    }

    @Override
    public int setMathMode(int mode) {
      return note("math " + mode);
    }

    @Override
    public int gemm(Cublas.Gemm gemm) {
      return note("gemm " + gemm.computeType() + " " + gemm.a().dataType());
    }
  }

  private static Product product(NumberType type) {
    var a = new Factor(512, 3, Order.NORMAL, type);
    var b = new Factor(1024, 4, Order.NORMAL, type);
    return new Product(2, 4, 3, a, b, 0, 2048, 4);
  }

  /** 68 is CUBLAS_COMPUTE_32F, 77 CUBLAS_COMPUTE_32F_FAST_TF32. */
  @ParameterizedTest
  @CsvSource({
    "FP32, FLOAT32, 68, 0",
    "TF32, FLOAT32, 77, 0",
    "BF16, BFLOAT16, 68, 14",
    "FP16, FLOAT16, 68, 2"
  })
  void tf32IsUsedWhereItIsAskedForAlone(
      Precision precision, NumberType type, int compute, int dataType) {
    try (var blas = open(precision)) {
      blas.multiply(product(type));
    }
    assertEquals("gemm " + compute + " " + dataType, calls.get(5), calls::toString);
  }

  /**
   * 16 is CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION on CUBLAS_DEFAULT_MATH; TF32 would be 3.
   */
  @ParameterizedTest
  @EnumSource
  void mathModeNeverAllowsTf32(Precision precision) {
    open(precision).close();
    assertEquals(
        List.of("math 16"), calls.stream().filter(call -> call.startsWith("math")).toList());
  }

  /** Setting the stream takes the workspace away. */
  @Test
  void workspaceIsSetAfterTheStreamAndFreedAfterTheHandle() {
    open(Precision.FP32).close();
    assertEquals(
        List.of(
            "create",
            "stream",
            "allocate " + (32 << 20),
            "workspace 4096 " + (32 << 20),
            "math 16",
            "destroy",
            "free 4096"),
        calls);
  }

  @Test
  void aFailedProductSaysWhichAndWhy() {
    var blas = open(Precision.FP32);
    status = 13;
    var e = assertThrows(CudaException.class, () -> blas.multiply(product(NumberType.FLOAT32)));
    assertEquals(
        "cublasGemmEx [2, 3] times [3, 4]: CUBLAS_STATUS_EXECUTION_FAILED (13)", e.getMessage());
  }
}

package dev.recurrent.cuda.emulated;

import dev.recurrent.cuda.driver.Blas;
import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.spi.Matrix.Order;
import dev.recurrent.spi.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Multiplies on the CPU, plainly. */
final class EmulatedBlas implements Blas {
  private final Arena arena = Arena.ofShared();
  private final EmulatedDriver driver;
  private final Map<NumberType, MethodHandle> products = new EnumMap<>(NumberType.class);

  @SuppressWarnings("restricted") // the library was compiled from our own sources
  EmulatedBlas(EmulatedDriver driver, Path library, Precision precision) {
    this.driver = driver;
    var number = ValueLayout.JAVA_INT;
    var address = ValueLayout.JAVA_LONG;
    var signature =
        FunctionDescriptor.ofVoid(
            number,
            number,
            number,
            address,
            number,
            number,
            address,
            number,
            number,
            ValueLayout.JAVA_FLOAT,
            address,
            number);
    var symbols = SymbolLookup.libraryLookup(library, arena);
    for (var type : NumberType.values()) {
      boolean rounded = type == NumberType.FLOAT32 && precision == Precision.TF32;
      var name = "multiply_" + (rounded ? "tfloat32" : type.kernelName());
      var symbol = symbols.find(name).orElseThrow();
      products.put(type, Linker.nativeLinker().downcallHandle(symbol, signature));
    }
  }

  @Override
  public void multiply(Product product) {
    driver.handOver(() -> multiplyNow(product));
  }

  private void multiplyNow(Product p) {
    check(p.a(), p.m(), p.k());
    check(p.b(), p.k(), p.n());
    driver.check(p.c(), 4L * ((p.m() - 1L) * p.stride() + p.n()));
    var product = Objects.requireNonNull(products.get(p.a().type()));
    if (p.b().type() != p.a().type()) {
      throw new CudaException("cublasGemmEx", 15, "CUBLAS_STATUS_NOT_SUPPORTED");
    }
    try {
      product.invokeExact(
          p.m(),
          p.n(),
          p.k(),
          p.a().address(),
          rowStep(p.a()),
          columnStep(p.a()),
          p.b().address(),
          rowStep(p.b()),
          columnStep(p.b()),
          p.beta(),
          p.c(),
          p.stride());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void check(Factor factor, int rows, int columns) {
    boolean plain = factor.order() == Order.NORMAL;
    long steps = (plain ? rows : columns) - 1L;
    long last = steps * factor.stride() + (plain ? columns : rows);
    driver.check(factor.address(), factor.type().bytes() * last);
  }

  private static int rowStep(Factor factor) {
    return factor.order() == Order.NORMAL ? factor.stride() : 1;
  }

  private static int columnStep(Factor factor) {
    return factor.order() == Order.NORMAL ? 1 : factor.stride();
  }

  @Override
  public void close() {
    arena.close();
  }
}

package dev.recurrent.cuda.emulated;

import dev.recurrent.cuda.driver.Blas;
import dev.recurrent.spi.Matrix.Order;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Multiplies on the CPU, plainly. */
final class EmulatedBlas implements Blas {
  private final Arena arena = Arena.ofShared();
  private final EmulatedDriver driver;
  private final MethodHandle sgemm;

  @SuppressWarnings("restricted") // the library was compiled from our own sources
  EmulatedBlas(EmulatedDriver driver, Path library) {
    this.driver = driver;
    var symbol = SymbolLookup.libraryLookup(library, arena).find("emulated_sgemm").orElseThrow();
    var number = ValueLayout.JAVA_INT;
    var address = ValueLayout.JAVA_LONG;
    sgemm =
        Linker.nativeLinker()
            .downcallHandle(
                symbol,
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
                    number));
  }

  @Override
  public void multiply(Product product) {
    driver.handOver(() -> multiplyNow(product));
  }

  private void multiplyNow(Product p) {
    check(p.a(), p.m(), p.k());
    check(p.b(), p.k(), p.n());
    driver.check(p.c(), 4L * ((p.m() - 1L) * p.stride() + p.n()));
    try {
      sgemm.invokeExact(
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
    driver.check(factor.address(), 4 * (steps * factor.stride() + (plain ? columns : rows)));
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

package dev.recurrent.cuda.foreign;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.recurrent.cuda.driver.Cublas;
import dev.recurrent.cuda.driver.Cublas.Gemm;
import dev.recurrent.cuda.driver.NativeFunctions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Calls cuBLAS, whose functions have the same signatures in CUDA 12 and 13. */
public final class ForeignCublas implements Cublas.Functions {
  private static final int R_32F = 0;
  private static final int DEFAULT_ALGORITHM = -1;

  private final long stream;
  private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_FLOAT, 1);
  private final MemorySegment beta = Arena.ofAuto().allocate(JAVA_FLOAT);
  private final MethodHandle create;
  private final MethodHandle destroy;
  private final MethodHandle setStream;
  private final MethodHandle setWorkspace;
  private final MethodHandle setMathMode;
  private final MethodHandle gemm;
  private long handle;

  /**
   * Loads the library.
   *
   * @param stream the address of the driver's stream
   */
  public ForeignCublas(Path library, long stream) {
    this.stream = stream;
    var functions = NativeFunctions.load(library);
    create = functions.find("cublasCreate_v2", ADDRESS);
    destroy = functions.find("cublasDestroy_v2", JAVA_LONG);
    setStream = functions.find("cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
    setWorkspace = functions.find("cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    setMathMode = functions.find("cublasSetMathMode", JAVA_LONG, JAVA_INT);
    gemm =
        functions.find(
            "cublasGemmEx",
            JAVA_LONG, // handle
            JAVA_INT, // operations
            JAVA_INT,
            JAVA_INT, // m, n, k
            JAVA_INT,
            JAVA_INT,
            ADDRESS, // alpha
            JAVA_LONG, // a
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG, // b
            JAVA_INT,
            JAVA_INT,
            ADDRESS, // beta
            JAVA_LONG, // c
            JAVA_INT,
            JAVA_INT,
            JAVA_INT, // compute type
            JAVA_INT); // algorithm
  }

  @Override
  public int create() {
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(JAVA_LONG);
      int status = NativeFunctions.call(() -> (int) create.invokeExact(out));
      handle = out.get(JAVA_LONG, 0);
      return status;
    }
  }

  @Override
  public int destroy() {
    return NativeFunctions.call(() -> (int) destroy.invokeExact(handle));
  }

  @Override
  public int setStream() {
    return NativeFunctions.call(() -> (int) setStream.invokeExact(handle, stream));
  }

  @Override
  public int setWorkspace(long address, long bytes) {
    return NativeFunctions.call(() -> (int) setWorkspace.invokeExact(handle, address, bytes));
  }

  @Override
  public int setMathMode(int mode) {
    return NativeFunctions.call(() -> (int) setMathMode.invokeExact(handle, mode));
  }

  @Override
  public int gemm(Gemm g) {
    beta.set(JAVA_FLOAT, 0, g.beta());
    var a = g.a();
    var b = g.b();
    return NativeFunctions.call(
        () ->
            (int)
                gemm.invokeExact(
                    handle,
                    a.operation(),
                    b.operation(),
                    g.m(),
                    g.n(),
                    g.k(),
                    one,
                    a.address(),
                    a.dataType(),
                    a.leading(),
                    b.address(),
                    b.dataType(),
                    b.leading(),
                    beta,
                    g.c(),
                    R_32F,
                    g.ldc(),
                    g.computeType(),
                    DEFAULT_ALGORITHM));
  }
}

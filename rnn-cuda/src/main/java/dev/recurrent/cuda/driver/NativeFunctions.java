package dev.recurrent.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Finds functions of a native library of CUDA, each of which returns a status. */
public final class NativeFunctions {
  private final String name;
  private final SymbolLookup library;

  @SuppressWarnings("restricted") // NVIDIA's libraries, from where the user installed them
  private NativeFunctions(Path file) {
    name = file.toString();
    try {
      library = SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException e) {
      throw unloadable(e);
    }
  }

  /**
   * Takes a library from where the system's loader finds it.
   *
   * @throws UnsatisfiedLinkError if it cannot be loaded
   */
  @SuppressWarnings("restricted") // the driver
  public NativeFunctions(String name) {
    this.name = name;
    try {
      library = SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      throw unloadable(e);
    }
  }

  /**
   * Loads a library, for as long as the process lives.
   *
   * @throws UnsatisfiedLinkError if it cannot be loaded
   */
  public static NativeFunctions load(Path file) {
    return new NativeFunctions(file);
  }

  private UnsatisfiedLinkError unloadable(IllegalArgumentException cause) {
    var error = new UnsatisfiedLinkError(name + ": cannot be loaded");
    error.initCause(cause);
    return error;
  }

  /**
   * Returns a function that takes such arguments and returns an int.
   *
   * @throws UnsatisfiedLinkError if the library has none of that name
   */
  @SuppressWarnings("restricted") // the signatures are those of NVIDIA's headers
  public MethodHandle find(String function, MemoryLayout... arguments) {
    var symbol =
        library
            .find(function)
            .orElseThrow(() -> new UnsatisfiedLinkError(name + ": has no function " + function));
    return Linker.nativeLinker()
        .downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  /** A call of a function. */
  public interface Call {
    /** Returns the status. */
    int run() throws Throwable;
  }

  /** Makes a call whose function itself throws nothing, and returns the status. */
  public static int call(Call call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}

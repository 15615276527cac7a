package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Blas;
import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.cuda.driver.Driver.KernelModule;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.LaunchArguments;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.spi.Precision;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Holds what belongs to one device: its thread, its memory and its loaded kernels. Everything but
 * {@link #call}, {@link #run} and {@link #close} is used on the device's thread.
 */
final class Device implements AutoCloseable {
  private final DeviceThread thread;
  private final DeviceParts parts;
  private final DevicePool pool;
  private final Arena arena = Arena.ofShared();
  private final LaunchArguments arguments = new LaunchArguments(arena);
  private final Map<String, KernelModule> modules = new HashMap<>(); // by source
  private final TimeLoops.Policy policy;
  private volatile boolean closed;

  private Device(DeviceThread thread, DeviceParts parts, TimeLoops.Policy policy) {
    this.thread = thread;
    this.parts = parts;
    this.policy = policy;
    pool = new DevicePool(parts.driver());
  }

  /** Opens a device on a thread of its own. */
  static Device open(Supplier<DeviceParts> opener, TimeLoops.Policy policy) {
    var thread = new DeviceThread("cuda");
    try {
      return new Device(thread, thread.call(opener), policy);
    } catch (RuntimeException | Error e) {
      thread.close();
      throw e;
    }
  }

  /** Runs work on the device's thread. */
  <T> T call(Supplier<T> work) {
    return thread.call(work);
  }

  /** Runs work on the device's thread. */
  void run(Runnable work) {
    thread.call(
        () -> {
          work.run();
          return true;
        });
  }

  /** Describes the device, and the numbers in which it multiplies if they are not the usual. */
  String description() {
    var text = parts.driver().description();
    return precision() == Precision.FP32 ? text : text + ", products in " + precision();
  }

  String name() {
    return parts.name();
  }

  Driver driver() {
    return parts.driver();
  }

  Blas blas() {
    return parts.blas();
  }

  Precision precision() {
    return parts.precision();
  }

  /** Returns the numbers of what products read. */
  NumberType factorType() {
    return NumberType.ofFactors(parts.precision());
  }

  TimeLoops newTimeLoops() {
    return new TimeLoops(parts.driver(), policy);
  }

  DevicePool pool() {
    return pool;
  }

  /** Returns the arguments of the next launch, to be filled anew. */
  LaunchArguments arguments() {
    return arguments.start();
  }

  /** Returns the arguments that were filled last. */
  LaunchArguments lastArguments() {
    return arguments;
  }

  /** Returns the loaded kernels of a source, which stay loaded until the device is closed. */
  KernelModule module(KernelSource source) {
    var module = modules.get(source.text());
    if (module == null) {
      module = parts.driver().load(parts.compiler().compile(source));
      modules.put(source.text(), module);
    }
    return module;
  }

  /** Gives everything back; what is still lent too. May be called again. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      run(
          () -> {
            parts.driver().synchronize(); // kernels may be running, and copies be on their way
            modules.values().forEach(KernelModule::close);
            parts.blas().close();
            parts.driver().close();
          });
    } finally {
      thread.close();
      arena.close();
    }
  }

  boolean isClosed() {
    return closed;
  }
}

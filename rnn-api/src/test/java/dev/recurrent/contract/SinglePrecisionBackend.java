package dev.recurrent.contract;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.reference.ReferenceStorage;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.TensorOps;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Has nothing but memory and primitives, so that cells run on composed kernels. Whatever a
 * primitive writes is rounded to single precision, which shows that the tolerances of the suite are
 * those of a plain backend.
 */
public final class SinglePrecisionBackend implements Backend {
  static final DeviceInfo DEVICE = new DeviceInfo("composed", "rounded reference");

  private final ReferenceBackend reference = new ReferenceBackend();
  private final TensorOps ops =
      (TensorOps)
          Proxy.newProxyInstance(
              TensorOps.class.getClassLoader(),
              new Class<?>[] {TensorOps.class},
              (proxy, method, arguments) -> {
                try {
                  var result = method.invoke(reference.ops(), arguments);
                  for (var argument : arguments) {
                    round(argument);
                  }
                  return result;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });

  private static void round(Object argument) {
    switch (argument) {
      case Matrix matrix when matrix.storage().type() == DataType.FLOAT32 -> round(matrix);
      case TensorOps.CrossEntropyCall call -> {
        round(call.losses());
        round(call.dLogits());
      }
      default -> {}
    }
  }

  private static void round(Matrix matrix) {
    var elements = ReferenceStorage.doubles(matrix.storage());
    for (int r = 0; r < matrix.rows(); r++) {
      for (int c = 0; c < matrix.columns(); c++) {
        int i = matrix.offset() + r * matrix.stride() + c;
        elements[i] = (float) elements[i];
      }
    }
  }

  @Override
  public DeviceInfo device() {
    return DEVICE;
  }

  @Override
  public Memory memory() {
    return reference.memory();
  }

  @Override
  public TensorOps ops() {
    return ops;
  }

  @Override
  public void close() {
    reference.close();
  }
}

package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.LateReadingContract;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Counts what a training copies from the emulated device to the host. */
class EmulatedLateReadingTest extends LateReadingContract {
  private int copies;

  @Override
  protected Backend open() {
    return Emulation.open(
        parts ->
            new DeviceParts(
                parts.name(),
                parts.precision(),
                counting(parts.driver()),
                parts.blas(),
                parts.compiler()));
  }

  @Override
  protected int copies() {
    return copies;
  }

  private Driver counting(Driver driver) {
    return (Driver)
        Proxy.newProxyInstance(
            Driver.class.getClassLoader(),
            new Class<?>[] {Driver.class},
            (_, method, arguments) -> {
              if (method.getName().equals("download")) {
                copies++;
              }
              try {
                return method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}

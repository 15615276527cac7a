package dev.recurrent.examples.run;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;

/**
 * Signals of the operating system. {@code sun.misc.Signal} is what every JDK has for them, but
 * javac warns of each mention of it, in a way that cannot be switched off; hence the reflection.
 */
final class Signals {
  private Signals() {}

  /** A handler that was installed; closing it brings back the one before. */
  interface Handler extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Calls {@code action} at each signal of a name such as {@code INT}, in a thread of its own.
   *
   * @return nothing where there is no such signal, where it cannot be handled, or where the process
   *     was started with the signal ignored, as {@code nohup} does: then it stays ignored
   */
  static Optional<Handler> handle(String name, Runnable action) {
    try {
      var signalClass = Class.forName("sun.misc.Signal");
      var handlerClass = Class.forName("sun.misc.SignalHandler");
      var signal = signalClass.getConstructor(String.class).newInstance(name);
      var handle = signalClass.getMethod("handle", signalClass, handlerClass);
      var handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerClass},
              (proxy, method, arguments) -> called(proxy, method, arguments, action));
      var before = handle.invoke(null, signal, handler);
      if (before.equals(handlerClass.getField("SIG_IGN").get(null))) {
        handle.invoke(null, signal, before);
        return Optional.empty();
      }
      return Optional.of(() -> restore(handle, signal, before));
    } catch (InvocationTargetException e) {
      return Optional.empty(); // the system has no such signal, or it is the JVM's own
    } catch (ReflectiveOperationException e) {
      return Optional.empty();
    }
  }

  /** Answers a call of the handler, or of what it has from {@link Object}. */
  @SuppressWarnings("ReferenceEquality") // as Object.equals has it
  private static Object called(Object proxy, Method method, Object[] arguments, Runnable action) {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "toString" -> "a handler of rnn";
      default -> {
        action.run();
        yield true; // of a method that returns nothing
      }
    };
  }

  private static void restore(Method handle, Object signal, Object before) {
    try {
      handle.invoke(null, signal, before);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("what was installed can be replaced", e);
    }
  }
}

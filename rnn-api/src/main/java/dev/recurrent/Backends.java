package dev.recurrent;

import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens backends, which {@link ServiceLoader} finds on the class path or the module path.
 *
 * <pre>{@code
 * try (var backend = Backends.open()) {
 *   System.err.println(backend.device());
 * }
 * }</pre>
 *
 * <p>Thread-safe, as backends are: see {@link Backend}.
 */
public final class Backends {
  /** The environment variable by which a user chooses a backend. */
  public static final String VARIABLE = "RNN_BACKEND";

  /** The name that stands for the best backend there is. */
  public static final String AUTO = "auto";

  /**
   * What has been logged, so that a process that opens a backend a thousand times says so once: it
   * concerns the process, and nothing but log lines depends on it.
   */
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private Backends() {}

  /** What is known about one backend without opening it. */
  public record Probe(String name, int priority, Availability availability) {}

  /**
   * Opens the backend that the environment variable {@code RNN_BACKEND} names; without it, or if it
   * is {@code auto}, the available one with the highest priority. The caller closes it.
   *
   * <p>Which one it is, is logged in one line, once in the life of the process: at the level INFO
   * where it was chosen here, at DEBUG where it was named. What makes it slow is a WARNING, once.
   *
   * @throws BackendUnavailableException if it cannot be opened, or there is none
   */
  public static Backend open() {
    return selection().open(BackendOptions.DEFAULT);
  }

  /**
   * Opens the backend of the given name, or for {@code auto} the available one with the highest
   * priority; logged as by {@link #open()}. The caller closes it.
   *
   * @throws BackendUnavailableException if it cannot be opened, or there is none of that name; the
   *     message gives reason, remedy and the names there are
   */
  public static Backend open(String name, BackendOptions options) {
    return selection().open(name, options);
  }

  /**
   * Returns every backend that is installed, the highest priority first. One whose classes cannot
   * be loaded is among them, and its {@code probe} says why.
   */
  public static List<BackendProvider> providers() {
    return BackendSelection.load(ServiceLoader.load(BackendProvider.class));
  }

  /** Asks every installed backend whether it can run here, the highest priority first. */
  public static List<Probe> probeAll() {
    return selection().probeAll();
  }

  private static BackendSelection selection() {
    var logger = System.getLogger("dev.recurrent");
    return new BackendSelection(
        providers(),
        System::getenv,
        (level, backend, line) -> {
          boolean warning = level == System.Logger.Level.WARNING;
          if (logger.isLoggable(level) && LOGGED.add(warning ? line : backend)) {
            logger.log(level, line);
          }
        });
  }
}

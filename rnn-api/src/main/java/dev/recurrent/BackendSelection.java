package dev.recurrent;

import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Availability.Available;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import dev.recurrent.spi.Precision;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chooses among providers, by name or by priority. */
final class BackendSelection {
  /** More failures than this mean that a service loader does not get on. */
  private static final int MOST_FAILURES = 100;

  private final List<BackendProvider> providers;
  private final Function<String, @Nullable String> environment;
  private final Log log;

  /** A place for log lines, each about one backend. */
  @FunctionalInterface
  interface Log {
    void log(Level level, String backend, String line);
  }

  BackendSelection(
      List<BackendProvider> providers, Function<String, @Nullable String> environment, Log log) {
    this.providers = sorted(providers);
    this.environment = environment;
    this.log = log;
  }

  /** Takes what can be loaded; in the place of the rest stands a provider that says why not. */
  static List<BackendProvider> load(Iterable<BackendProvider> services) {
    var result = new ArrayList<BackendProvider>();
    var iterator = services.iterator();
    for (int failures = 0; failures < MOST_FAILURES; ) {
      try {
        if (!iterator.hasNext()) {
          break;
        }
        result.add(iterator.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        result.add(new UnloadableProvider(e));
        failures++;
      }
    }
    return sorted(result);
  }

  Backend open(BackendOptions options) {
    var name = environment.apply(Backends.VARIABLE);
    return open(name == null || name.isBlank() ? Backends.AUTO : name, options);
  }

  Backend open(String name, BackendOptions options) {
    var wanted = name.strip().toLowerCase(Locale.ROOT);
    if (wanted.equals(Backends.AUTO)) {
      return openBest(options);
    }
    for (var provider : providers) {
      if (provider.name().equals(wanted)) {
        if (probe(provider) instanceof Unavailable no) {
          throw new BackendUnavailableException(
              "backend %s: %s %s Backends: %s."
                  .formatted(wanted, sentence(no.reason()), sentence(no.remedy()), names()),
              no.cause());
        }
        var backend = open(provider, options);
        log.log(Level.DEBUG, wanted, "backend: " + backend.device());
        return backend;
      }
    }
    throw new BackendUnavailableException(
        "backend: expected one of %s or %s, got %s. Is its module on the class path?"
            .formatted(names(), Backends.AUTO, wanted),
        null);
  }

  List<Backends.Probe> probeAll() {
    return providers.stream()
        .map(p -> new Backends.Probe(p.name(), p.priority(), probe(p)))
        .toList();
  }

  private Backend openBest(BackendOptions options) {
    var passedOver = new ArrayList<String>();
    for (var provider : providers) {
      if (provider.priority() < 0 && !(provider instanceof UnloadableProvider)) {
        continue;
      }
      switch (probe(provider)) {
        case Available _ -> {
          var backend = open(provider, options);
          var others =
              passedOver.isEmpty() ? "" : "; not available: " + String.join(" ", passedOver);
          log.log(
              Level.INFO,
              provider.name(),
              ("backend: " + backend.device() + others).replace('\n', ' '));
          return backend;
        }
        case Unavailable no ->
            passedOver.add(
                provider.name() + ": " + sentence(no.reason()) + " " + sentence(no.remedy()));
      }
    }
    throw new BackendUnavailableException(
        "backend: expected one that can run here, got none. "
            + (passedOver.isEmpty()
                ? "Put rnn-cpu on the class path."
                : String.join(" ", passedOver))
            + " Backends that are taken by name only: "
            + providers.stream().filter(p -> p.priority() < 0).map(BackendProvider::name).toList()
            + ".",
        null);
  }

  private Backend open(BackendProvider provider, BackendOptions options) {
    var precisions = provider.precisions();
    if (!precisions.contains(options.precision())) {
      var others =
          providers.stream()
              .filter(p -> p.precisions().contains(options.precision()))
              .map(BackendProvider::name)
              .toList();
      throw new BackendUnavailableException(
          "backend %s: expected precision %s, got %s. Backends that have it: %s."
              .formatted(
                  provider.name(),
                  String.join(
                      " or ", precisions.stream().sorted().map(Precision::toString).toList()),
                  options.precision(),
                  others),
          null);
    }
    try {
      var backend = provider.open(options);
      for (var warning : provider.warnings()) {
        log.log(Level.WARNING, provider.name(), "backend " + provider.name() + ": " + warning);
      }
      return backend;
    } catch (LinkageError e) {
      throw new BackendUnavailableException(
          "backend %s: its classes cannot be linked: %s. Choose another with %s: %s."
              .formatted(provider.name(), e, Backends.VARIABLE, names()),
          e);
    }
  }

  /** Keeps to the contract even where a provider does not: a probe throws nothing. */
  private static Availability probe(BackendProvider provider) {
    try {
      return provider.probe();
    } catch (RuntimeException | LinkageError e) {
      return new Unavailable(
          "its probe failed: " + e, "Report this with the stack trace of the cause.", e);
    }
  }

  private static List<BackendProvider> sorted(List<BackendProvider> providers) {
    return providers.stream()
        .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
        .toList();
  }

  private List<String> names() {
    return providers.stream().map(BackendProvider::name).toList();
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  /** Stands for a provider whose classes cannot be loaded. */
  private record UnloadableProvider(Throwable error) implements BackendProvider {
    @Override
    public String name() {
      return "(not loaded)";
    }

    @Override
    public int priority() {
      return Integer.MIN_VALUE;
    }

    @Override
    public Availability probe() {
      return new Unavailable(
          String.valueOf(error.getMessage()),
          "Check that the backend's jar and what it depends on are on the class path.",
          error);
    }

    @Override
    public Backend open(BackendOptions options) {
      throw new BackendUnavailableException(String.valueOf(error.getMessage()), error);
    }
  }
}

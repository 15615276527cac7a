package dev.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.reference.ReferenceProvider;
import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Availability.Available;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BackendSelectionTest {
  private final List<String> log = new ArrayList<>();
  private final List<String> debugging = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  /** The name of the provider that was asked to open last. */
  private String opened = "none";

  private final Throwable missing = new UnsatisfiedLinkError("libfast.so");
  private final BackendProvider fast =
      provider("fast", 100, new Unavailable("no card", "Put one in.", missing));
  private final BackendProvider good = provider("good", 50, available("good"));
  private final BackendProvider slow = provider("slow", 10, available("slow"));

  @Test
  void automaticChoiceIsTheAvailableBackendOfHighestPriorityAndSaysSoInOneLine() {
    selection(slow, fast, new ReferenceProvider(), good).open(BackendOptions.DEFAULT).close();
    assertEquals("good", opened);
    assertEquals(
        List.of(
            "backend: reference (plain loops, double precision, 1 thread); not available: fast:"
                + " no card. Put one in."),
        log);
  }

  @Test
  void backendThatWasNamedIsLoggedForDebuggingOnlyAndItsWarningsAlways() {
    selection(good, new Hindered(slow)).open("slow", BackendOptions.DEFAULT).close();
    assertEquals(List.of("WARNING slow: no compiler"), log);
    assertEquals(
        List.of("slow: backend: reference (plain loops, double precision, 1 thread)"), debugging);
  }

  @Test
  void environmentChoosesByName() {
    environment.put("RNN_BACKEND", " Slow ");
    selection(fast, good, slow).open(BackendOptions.DEFAULT).close();
    assertEquals("slow", opened);
    assertEquals(List.of(), log);
    for (var automatic : List.of("", "auto", "AUTO")) {
      environment.put("RNN_BACKEND", automatic);
      selection(fast, good, slow).open(BackendOptions.DEFAULT).close();
      assertEquals("good", opened);
    }
  }

  @Test
  void explicitChoiceThatIsUnavailableFailsWithReasonRemedyAndNames() {
    var error =
        assertThrows(
            BackendUnavailableException.class,
            () -> selection(fast, good, slow).open("fast", BackendOptions.DEFAULT));
    assertEquals(
        "backend fast: no card. Put one in. Backends: [fast, good, slow].", error.getMessage());
    assertSame(missing, error.getCause());
    assertEquals("none", opened);
  }

  @Test
  void precisionThatABackendDoesNotHaveIsRefusedBeforeItIsOpened() {
    var options = new BackendOptions(0, Precision.BF16);
    for (var name : List.of("good", Backends.AUTO)) {
      var error =
          assertThrows(
              BackendUnavailableException.class, () -> selection(good, slow).open(name, options));
      assertEquals(
          "backend good: expected precision fp32, got bf16. Backends that have it: [].",
          error.getMessage());
    }
    assertEquals("none", opened);
  }

  @Test
  void unknownNameFailsWithTheNamesThereAre() {
    var error =
        assertThrows(
            BackendUnavailableException.class,
            () -> selection(good, slow).open("god", BackendOptions.DEFAULT));
    assertEquals(
        "backend: expected one of [good, slow] or auto, got god. Is its module on the class path?",
        error.getMessage());
  }

  @Test
  void backendOfNegativePriorityIsTakenByNameOnly() {
    var selection = selection(fast, new ReferenceProvider());
    var error =
        assertThrows(
            BackendUnavailableException.class, () -> selection.open(BackendOptions.DEFAULT));
    assertTrue(error.getMessage().contains("fast: no card. Put one in."), error.getMessage());
    assertTrue(error.getMessage().contains("[reference]"), error.getMessage());
    try (var backend = selection.open("reference", BackendOptions.DEFAULT)) {
      assertEquals("reference", backend.device().backend());
    }
  }

  @Test
  void providerThatCannotBeLoadedIsReportedAndTheOthersWork() {
    List<Supplier<BackendProvider>> services =
        List.of(
            () -> {
              throw new ServiceConfigurationError("Provider dev.Gone not found");
            },
            () -> good,
            () -> {
              throw new NoClassDefFoundError("jcuda/Pointer");
            });
    var providers = BackendSelection.load(() -> iterator(services));
    assertEquals(3, providers.size());
    var selection = selection(providers.toArray(BackendProvider[]::new));
    var reasons =
        selection.probeAll().stream()
            .map(Backends.Probe::availability)
            .filter(Unavailable.class::isInstance)
            .map(availability -> ((Unavailable) availability).reason())
            .toList();
    assertEquals(List.of("Provider dev.Gone not found", "jcuda/Pointer"), reasons);
    selection.open(BackendOptions.DEFAULT).close();
    assertEquals("good", opened);
  }

  @Test
  void probeThatThrowsIsReported() {
    var broken =
        new TestProvider(
            "broken",
            99,
            () -> {
              throw new IllegalStateException("oops");
            });
    var selection = selection(broken, good);
    var answer = assertInstanceOf(Unavailable.class, selection.probeAll().get(0).availability());
    assertTrue(answer.reason().contains("oops"), answer.reason());
    selection.open(BackendOptions.DEFAULT).close();
    assertEquals("good", opened);
  }

  @Test
  void probesComeWithTheHighestPriorityFirst() {
    assertEquals(
        List.of("fast", "good", "slow", "reference"),
        selection(new ReferenceProvider(), slow, fast, good).probeAll().stream()
            .map(Backends.Probe::name)
            .toList());
  }

  @Test
  void referenceBackendIsFoundOnTheClassPath() {
    assertTrue(Backends.providers().stream().anyMatch(ReferenceProvider.class::isInstance));
    assertTrue(
        Backends.probeAll().stream()
            .anyMatch(p -> p.name().equals("reference") && p.availability() instanceof Available));
    try (var backend = Backends.open("reference", BackendOptions.DEFAULT)) {
      assertEquals("reference", backend.device().backend());
    }
  }

  private void log(System.Logger.Level level, String backend, String line) {
    switch (level) {
      case INFO -> log.add(line);
      case DEBUG -> debugging.add(backend + ": " + line);
      default -> log.add(level + " " + line.replace("backend ", ""));
    }
  }

  /** A provider on a machine that does not suit it. */
  private record Hindered(BackendProvider provider) implements BackendProvider {
    @Override
    public String name() {
      return provider.name();
    }

    @Override
    public int priority() {
      return provider.priority();
    }

    @Override
    public Availability probe() {
      return provider.probe();
    }

    @Override
    public List<String> warnings() {
      return List.of("no compiler");
    }

    @Override
    public Backend open(BackendOptions options) {
      return provider.open(options);
    }
  }

  private BackendSelection selection(BackendProvider... providers) {
    return new BackendSelection(List.of(providers), environment::get, this::log);
  }

  private BackendProvider provider(String name, int priority, Availability availability) {
    return new TestProvider(name, priority, () -> availability);
  }

  private static Available available(String name) {
    return new Available(new DeviceInfo(name, "test"));
  }

  private static Iterator<BackendProvider> iterator(List<Supplier<BackendProvider>> services) {
    var rest = services.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rest.hasNext();
      }

      @Override
      public BackendProvider next() {
        return rest.next().get();
      }
    };
  }

  /** Opens the reference backend and remembers its name. */
  private final class TestProvider implements BackendProvider {
    private final String name;
    private final int priority;
    private final Supplier<Availability> probe;

    TestProvider(String name, int priority, Supplier<Availability> probe) {
      this.name = name;
      this.priority = priority;
      this.probe = probe;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public Availability probe() {
      return probe.get();
    }

    @Override
    public Backend open(BackendOptions options) {
      opened = name;
      return new ReferenceBackend();
    }
  }
}

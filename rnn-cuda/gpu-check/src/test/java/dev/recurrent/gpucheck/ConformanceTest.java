package dev.recurrent.gpucheck;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.contract.Requirement;
import dev.recurrent.examples.conformance.Conformance;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs all cases, and those of the folder that {@code -Drnn.cases=DIR} names, in emulation, in
 * every precision.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  private static final String NAME = "cuda-emulated";

  private final Map<Precision, Backend> backends = new EnumMap<>(Precision.class);

  /** Losses, clipping and optimizers have no products: FP32 alone tells something of them. */
  static List<Arguments> cases() throws IOException {
    var all = new ArrayList<Arguments>();
    for (var file : files()) {
      boolean products = !file.getFileName().toString().matches("(loss|optim|clip)-.*");
      for (var precision : Precision.values()) {
        // Near its kink a unit may be rounded to the other side, where its gradient is another one.
        boolean kink = precision == Precision.BF16 && file.toString().contains("relu");
        if (precision == Precision.FP32 || (products && !kink)) {
          all.add(Arguments.of(file, precision));
        }
      }
    }
    return all;
  }

  private static List<Path> files() throws IOException {
    var all = new ArrayList<>(Conformance.cases(Path.of("cases")));
    var more = System.getProperty("rnn.cases");
    if (more != null) {
      all.addAll(Conformance.cases(Path.of(more)));
    }
    return all;
  }

  @BeforeAll
  void open() {
    for (var probe : Backends.probeAll()) {
      if (probe.name().equals(NAME) && probe.availability() instanceof Unavailable no) {
        Requirement.isMissing(NAME + ": " + no.reason(), "cuda", "g++");
      }
    }
    for (var precision : Precision.values()) {
      backends.put(precision, Backends.open(NAME, new BackendOptions(0, precision)));
    }
  }

  @AfterAll
  void close() {
    backends.values().forEach(Backend::close);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void caseGivesPyTorchsNumbers(Path file, Precision precision) {
    var verdict = new Conformance(requireNonNull(backends.get(precision))).run(file);
    assertTrue(verdict.passed(), verdict::problem);
  }
}

package dev.recurrent.gpucheck;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.recurrent.Backends;
import dev.recurrent.examples.conformance.Conformance;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs all cases, and those of the folder that {@code -Drnn.cases=DIR} names, in emulation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  private static final String NAME = "cuda-emulated";

  private Backend backend;

  static List<Path> cases() throws IOException {
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
        var required = System.getProperty("rnn.require", "").split(",");
        if (Arrays.asList(required).contains("cuda")) {
          fail(NAME + ": " + no.reason());
        }
        abort(NAME + ": " + no.reason());
      }
    }
    backend = Backends.open(NAME, BackendOptions.DEFAULT);
  }

  @AfterAll
  void close() {
    if (backend != null) {
      backend.close();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void caseGivesPyTorchsNumbers(Path file) {
    var verdict = new Conformance(backend).run(file);
    assertTrue(verdict.passed(), verdict::problem);
  }
}

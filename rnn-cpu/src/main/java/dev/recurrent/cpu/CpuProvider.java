package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import java.util.List;

/** Offers the backend {@code cpu}: pure Java on the Vector API. */
public final class CpuProvider implements BackendProvider {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /** Creates the provider; does nothing else. */
  public CpuProvider() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public Availability probe() {
    if (!isVectorModuleLoaded()) {
      return new Availability.Unavailable(
          "the Java runtime was started without the module " + VECTOR_MODULE,
          "start java with --add-modules " + VECTOR_MODULE,
          null);
    }
    return new Availability.Available(CpuBackend.describe(defaultThreads()));
  }

  @Override
  public Explanation explain(CellProgram program) {
    try (var workers = new Workers(1)) {
      var code = new CellCode(program, workers);
      return new Explanation(
          PlanText.of(program, code.training()), PlanText.of(program, code.backward()));
    }
  }

  @Override
  public List<String> warnings() {
    return JitCompiler.problem().stream().toList();
  }

  /** Looks for a class of it, which is not initialized: a module may come after all others. */
  private static boolean isVectorModuleLoaded() {
    try {
      Class.forName(VECTOR_MODULE + ".Vector", false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  @Override
  public Backend open(BackendOptions options) {
    if (probe() instanceof Availability.Unavailable(var reason, var remedy, var _)) {
      throw new IllegalStateException("backend cpu: " + reason + "; " + remedy);
    }
    return new CpuBackend(options.threads() == 0 ? defaultThreads() : options.threads());
  }

  private static int defaultThreads() {
    return Runtime.getRuntime().availableProcessors();
  }
}

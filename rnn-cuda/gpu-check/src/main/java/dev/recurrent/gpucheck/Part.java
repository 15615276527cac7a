package dev.recurrent.gpucheck;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The parts of a check, in the order in which they are run. */
enum Part {
  /** Says what there is. */
  DOCTOR(60),
  /** Compares with the numbers that PyTorch computed. */
  CASES(300),
  /**
   * Runs the suite that every backend passes, for the backend, layers, decoders and resumed
   * training.
   */
  CONTRACT(900),
  /** Compares cells made up at random with the backend cpu. */
  PARITY(300),
  /** Does the same work again and again among other work, and wants the same bits. */
  SOAK(120),
  /** Takes times, beside those of PyTorch where it is there. */
  TIMINGS(900);

  private final int limit;

  Part(int seconds) {
    limit = seconds;
  }

  /** Returns the seconds that the part may take beyond those that were asked for. */
  int limit() {
    return limit;
  }

  /** What the parts are to do. */
  record Settings(String backend, Path cases, int soakSeconds) {}

  /** Returns the main class and the arguments of the part. */
  List<String> command(Settings settings) {
    var main = "dev.recurrent.examples.Main";
    var backend = settings.backend();
    return switch (this) {
      case DOCTOR -> List.of(main, "doctor");
      case CASES ->
          List.of(main, "verify", "--backend", backend, "--cases", settings.cases().toString());
      case CONTRACT -> List.of(ContractRun.class.getName(), backend);
      case PARITY -> List.of(ParityRun.class.getName(), backend);
      case SOAK ->
          List.of(SoakRun.class.getName(), backend, String.valueOf(settings.soakSeconds()));
      case TIMINGS -> List.of(TimingRun.class.getName(), backend);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

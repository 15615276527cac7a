package dev.recurrent.examples;

import dev.recurrent.Backends;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.spi.Availability.Available;
import dev.recurrent.spi.Availability.Unavailable;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what this machine offers: Java, its Vector API, cores, memory, and each backend. */
@Command(
    name = "doctor",
    header = "Shows what this machine offers, and what each backend lacks.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    footer = {"", "The exit status is 0 if at least one backend can be chosen automatically."},
    abbreviateSynopsis = true)
final class DoctorCommand implements Callable<Integer> {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    row("Java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    row("", System.getProperty("java.home"));
    row("system", System.getProperty("os.name") + ", " + System.getProperty("os.arch"));
    var runtime = Runtime.getRuntime();
    row("threads", runtime.availableProcessors() + "");
    row("heap", Numbers.format("up to %,d MiB", runtime.maxMemory() >> 20));
    row("Vector API", vectorApi());
    spec.commandLine().getOut().println();
    boolean usable = false;
    for (var probe : Backends.probeAll()) {
      switch (probe.availability()) {
        case Available(var device) -> {
          boolean automatic = probe.priority() >= 0;
          row(
              probe.name(),
              "available: " + device.device() + (automatic ? "" : "; taken only by name"));
          usable |= automatic;
        }
        case Unavailable(var reason, var remedy, var _) -> {
          row(probe.name(), "not available: " + reason);
          row("", "remedy: " + remedy);
        }
      }
      Backends.providers().stream()
          .filter(provider -> provider.name().equals(probe.name()))
          .flatMap(p -> Stream.concat(p.warnings().stream(), p.findings().stream()))
          .forEach(line -> row("", line));
    }
    return usable ? 0 : 1;
  }

  private static String vectorApi() {
    for (var probe : Backends.probeAll()) {
      if (probe.name().equals("cpu")) {
        return switch (probe.availability()) {
          case Available(var device) -> "module " + VECTOR_MODULE + ", " + device.device();
          case Unavailable(var _, var remedy, var _) -> "not there: " + remedy;
        };
      }
    }
    return "not needed: there is no backend cpu";
  }

  private void row(String name, String value) {
    spec.commandLine().getOut().println(Numbers.format("%-13s", name) + " " + value);
  }
}

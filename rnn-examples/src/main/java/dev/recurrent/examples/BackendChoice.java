package dev.recurrent.examples;

import dev.recurrent.Backends;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that computes: which backend, how many threads. */
final class BackendChoice {
  /** Held, since a logger without an owner may be collected and lose its settings. */
  private static final Logger LOGGER = Logger.getLogger("dev.recurrent");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "${env:RNN_BACKEND:-auto}",
      description = "auto, cpu, reference or another that doctor lists. Default: RNN_BACKEND, auto")
  private String name;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = Numbers.AtLeastOne.class,
      description = "Threads of the backend cpu. Default: all cores")
  private Integer threads;

  /** Returns the name that was asked for. */
  String name() {
    return name.isBlank() ? Backends.AUTO : name;
  }

  /** Tells whether the best backend is to be taken. */
  boolean isAutomatic() {
    return name().equals(Backends.AUTO);
  }

  /** Opens the backend of the given name with the threads that were asked for. */
  Backend open(String backendName) {
    quietLogger(spec);
    return Backends.open(backendName, new BackendOptions(threads == null ? 0 : threads));
  }

  /** Opens the backend that was asked for, and says which one it is where that was left open. */
  Backend open() {
    return open(name());
  }

  /** Has the library's log lines printed as they are, without date and class. */
  private static void quietLogger(CommandSpec spec) {
    for (var handler : LOGGER.getHandlers()) {
      LOGGER.removeHandler(handler);
    }
    var err = spec.commandLine().getErr();
    var lines =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            if (record.getLevel().intValue() > Level.INFO.intValue()) {
              err.println("rnn: " + record.getMessage());
            }
          }

          @Override
          public void flush() {
            err.flush();
          }

          @Override
          public void close() {}
        };
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(lines);
  }
}

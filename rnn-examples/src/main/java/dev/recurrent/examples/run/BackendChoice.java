package dev.recurrent.examples.run;

import dev.recurrent.Backends;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.Precision;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of every command that computes: which backend, how many threads. */
public final class BackendChoice {
  /** Held, since a logger without an owner may be collected and lose its settings. */
  private static final Logger LOGGER = Logger.getLogger("dev.recurrent");

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      order = 101,
      description = "auto, or a name that doctor lists. Default: RNN_BACKEND, or else auto")
  private @Nullable String name;

  @Option(
      names = "--threads",
      paramLabel = "N",
      order = 102,
      converter = Numbers.AtLeastOne.class,
      description = "Threads of the backend cpu. Default: all cores")
  private @Nullable Integer threads;

  @Option(
      names = "--precision",
      paramLabel = "NUMBERS",
      order = 103,
      converter = PrecisionName.class,
      description =
          "Numbers in which a GPU multiplies: fp32, tf32, bf16 or fp16; parameters and sums are"
              + " fp32 always. The backend cpu has fp32 alone. Default: fp32")
  private @Nullable Precision precision;

  /** Takes the name of a precision. */
  public static final class PrecisionName implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String text) {
      for (var precision : Precision.values()) {
        if (precision.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return precision;
        }
      }
      throw new TypeConversionException("expected fp32, tf32, bf16 or fp16, got " + text);
    }
  }

  /** Returns the name that was asked for: by the option, or by RNN_BACKEND. */
  public String name() {
    var wanted = name == null ? System.getenv(Backends.VARIABLE) : name;
    return wanted == null || wanted.isBlank() ? Backends.AUTO : wanted.toLowerCase(Locale.ROOT);
  }

  /** Tells whether the best backend is to be taken. */
  public boolean isAutomatic() {
    return name().equals(Backends.AUTO);
  }

  /** Returns the precision that was asked for, or null. */
  public @Nullable Precision precision() {
    return precision;
  }

  /** Opens the backend of the given name and precision with the threads that were asked for. */
  public Backend open(String backendName, Precision numbers, CommandSpec spec) {
    quietLogger(spec);
    return Backends.open(backendName, new BackendOptions(threads == null ? 0 : threads, numbers));
  }

  /** Opens the backend that was asked for, and says which one it is where that was left open. */
  public Backend open(CommandSpec spec) {
    return open(name(), precision == null ? Precision.FP32 : precision, spec);
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

package dev.recurrent.examples;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts the command line {@code rnn}, which the launcher of the same name calls. */
@Command(
    name = "rnn",
    description = "Recurrent neural networks for the JVM.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs one command and exits with 0, or with 1 where it failed, or with 2 for wrong usage. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Returns the command line with all its commands, which no other one shares. */
  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "rnn: expected a command, got none");
  }

  /** Names the version of the jar and of the Java that runs it. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var version =
          Objects.requireNonNullElse(
              Main.class.getPackage().getImplementationVersion(), "(not from a jar)");
      return new String[] {"rnn " + version + " on Java " + Runtime.version()};
    }
  }
}

package dev.recurrent.examples;

import dev.recurrent.examples.harness.EvalCommand;
import dev.recurrent.examples.harness.PredictCommand;
import dev.recurrent.examples.harness.SampleCommand;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TraceCommand;
import dev.recurrent.examples.run.Colors;
import dev.recurrent.examples.run.Output;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Starts the command line {@code rnn}, which the launcher of the same name calls. */
@Command(
    name = "rnn",
    header = "Recurrent neural networks for the JVM.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    footer = {
      "",
      "Start with @|bold ./rnn train text --quick|@; every command has a @|bold --help|@.",
      "RNN_BACKEND chooses the backend, RNN_JAVA_OPTS gives options to Java."
    },
    versionProvider = Main.Version.class,
    subcommands = {
      TrainCommand.class,
      PredictCommand.class,
      EvalCommand.class,
      SampleCommand.class,
      TraceCommand.class,
      VerifyCommand.class,
      ExplainCommand.class,
      BenchCommand.class,
      GradientsCommand.class,
      ContextCommand.class,
      DoctorCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  // picocli itself acts on the next two.

  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      order = 201,
      scope = ScopeType.INHERIT,
      description = "Print this help and exit.")
  private boolean help;

  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  private boolean version;

  @Option(
      names = "--debug",
      order = 202,
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean debug;

  private Main() {}

  /**
   * Runs one command and exits with 0, or with 1 where it failed or its output could not be
   * written, or with 2 for wrong usage.
   */
  public static void main(String[] args) {
    VectorModule.load();
    // Not System.out, which does not say why it has failed.
    var output = new Output(new FileOutputStream(FileDescriptor.out), System.out.charset());
    System.exit(execute(output, args));
  }

  /** Runs one command and returns its exit status. */
  static int execute(Output output, String... args) {
    var line = commandLine().setOut(output.writer());
    int status = line.execute(args);
    var problem = output.problem();
    problem.ifPresent(
        why -> line.getErr().println("rnn: standard output could not be written: " + why));
    return problem.isPresent() && status == 0 ? 1 : status;
  }

  /** Returns the command line with all its commands, which no other one shares. */
  static CommandLine commandLine() {
    var main = new Main();
    var commands = new CommandLine(main);
    Task.describeDefaults(Objects.requireNonNull(commands.getSubcommands().get("train")));
    return commands
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(Colors.of(System.getenv())))
        .setParameterExceptionHandler((error, args) -> Errors.wrongUsage(error))
        .setExecutionExceptionHandler(
            (error, line, parsed) -> Errors.failed(error, line, main.debug))
        .setExecutionStrategy(parsed -> execute(parsed, main));
  }

  /** Runs the command; picocli itself leaves errors such as a heap that is full to the JVM. */
  private static int execute(ParseResult parsed, Main main) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (Error e) {
      var commands = parsed.asCommandLineList();
      return Errors.failed(e, commands.getLast(), main.debug);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command, got none");
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

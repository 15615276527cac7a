package dev.recurrent.examples.harness;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Splits;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.CellName;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.run.ShellWords;
import dev.recurrent.io.Quoted;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.score.Measure;
import dev.recurrent.spi.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Is a kind of task: what it reads, with which model it learns, how its score is computed. A
 * subclass is one file that reads from top to bottom: data, model, training, evaluation; everything
 * that is the same for all tasks is done here and in {@link TaskRun}. Each is a command {@code
 * ./rnn train NAME} with the options of {@link TaskOptions} and its own.
 *
 * @param <E> an example, whose target may be missing where only a prediction is wanted
 */
@Command(
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
public abstract class Task<E> implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private TaskOptions.Places places;
  @Mixin private TaskOptions.Learning learning;
  @Mixin private BackendChoice backends;

  /** Creates a task with its defaults. */
  protected Task() {}

  /** Says how much work is wanted. */
  public enum Effort {
    /** As much as the task needs. */
    FULL,
    /** Less than a minute's. */
    QUICK
  }

  /** Returns what the targets are, in the plural: {@code words}. */
  protected abstract String unit();

  /** Returns the settings that apply where an option says nothing. */
  protected abstract Settings defaults(Effort effort);

  /**
   * Reads the examples of a file or folder; without their targets, where those are not in it.
   *
   * @param rows is told of each malformed row
   */
  protected abstract List<E> read(Path path, Rows rows) throws IOException;

  /**
   * Reads the examples of a file or folder that has their targets: of one that trains, validates,
   * tests or is scored. One whose target is not there is malformed. As {@link #read} unless
   * overridden.
   */
  protected List<E> readLabelled(Path path, Rows rows) throws IOException {
    return read(path, rows);
  }

  /**
   * Reads the examples of the file that trains, of which the others are parts where no other file
   * is named; as {@link #readLabelled} unless overridden.
   */
  protected List<E> readTraining(Path path, Rows rows) throws IOException {
    return readLabelled(path, rows);
  }

  /**
   * Takes what a trained model knows of its data, so that other data are read as those that trained
   * were. Nothing unless overridden.
   */
  protected void learnt(Facts facts) {}

  /** Tells whether the target of an example is known; it is unless overridden. */
  protected boolean hasTarget(E example, Facts facts) {
    return true;
  }

  /** Returns the small sample that is used where no file is given. */
  protected abstract Parts<E> sample(long seed) throws IOException;

  /** Parts the examples of one file, at random unless overridden. */
  protected List<List<E>> split(List<E> examples, long seed, double... shares) throws IOException {
    return Splits.random(examples, seed, shares);
  }

  /**
   * Tells whether there may be no test part, so that a run ends without scores; there must be one
   * unless overridden.
   */
  protected boolean isTestOptional() {
    return false;
  }

  /** Returns the shares of one file that train, validate and test where nothing is said. */
  protected double[] defaultShares() {
    return new double[] {0.8, 0.1, 0.1};
  }

  /** Returns what data are counted in where a run begins and by {@code ./rnn eval}. */
  protected String countedIn() {
    return "examples";
  }

  /** Returns how many of {@link #countedIn()} there are. */
  protected int count(List<E> examples) {
    return examples.size();
  }

  /**
   * Keeps in the folder of a new run what it could not be resumed without, such as a sample that
   * another version would make differently. Nothing unless overridden.
   */
  protected void keepSample(Path folder) throws IOException {}

  /** Returns the folder of the run that is resumed, or null for a new run. */
  protected final @Nullable Path resumedFolder() {
    return places.resume;
  }

  /** Returns what the loss is measured in, as the axis of its curve says it. */
  protected String lossUnit() {
    return "loss";
  }

  /** Returns a command to try on the model in a folder, without {@code ./rnn}. */
  protected String nextCommand(Path folder) {
    return "predict --model " + ShellWords.quote(folder) + " --input FILE";
  }

  /** Returns what is to be said of the data when a run begins: a line each. None by default. */
  protected List<String> notes() {
    return List.of();
  }

  /**
   * Returns what is to be said of examples before they are scored: a line each. None by default.
   *
   * @param part what they are called, such as {@code test}
   * @throws IllegalArgumentException if none of them can be scored
   */
  protected List<String> remarks(String part, List<E> examples, Facts facts) {
    if (!examples.isEmpty() && examples.stream().noneMatch(e -> hasTarget(e, facts))) {
      throw new IllegalArgumentException(
          Numbers.format(
              "%s: expected examples with their targets, got none in %,d of them",
              part, examples.size()));
    }
    return List.of();
  }

  /** Returns what a model has to know of the training data besides its parameters. */
  protected abstract Facts learn(List<E> training);

  /**
   * Returns what a model has to know of the data; of those that train alone unless overridden, so
   * that scores are those of data that nothing has seen.
   */
  protected Facts learn(Parts<E> parts) {
    return learn(parts.training());
  }

  /** Makes a model that is still to be built. */
  protected abstract TrainableModel<E> model(Facts facts);

  /**
   * Makes the model that training starts from: the same unless overridden, for one that starts with
   * values of another file, which is not needed again.
   */
  protected TrainableModel<E> startingModel(Facts facts) throws IOException {
    return model(facts);
  }

  /** Returns the scores; a quick run must be better than the baseline in all of them. */
  protected abstract List<Measure> measures(Facts facts);

  /** Returns what would be predicted for each test example without any learning. */
  protected abstract List<Outcome> baseline(Parts<E> parts, Facts facts);

  /**
   * Refuses what a new run could not be reported with, before any work. Nothing unless overridden.
   * A run that goes on is not refused for it, since what it needs may be gone by then.
   */
  protected void requireReportable() throws IOException {}

  /** Draws or writes what is to be looked at after the test. Nothing unless overridden. */
  protected void report(Report<E> report) throws IOException {}

  /**
   * Is what a finished run can be reported from.
   *
   * @param folder of the run
   * @param out where lines are printed
   * @param facts of the model
   * @param model with the parameters that were tested
   * @param examples of the test part
   * @param outcomes the model's, one for each example
   */
  public record Report<E>(
      Path folder,
      PrintWriter out,
      Facts facts,
      TrainableModel<E> model,
      List<E> examples,
      List<Outcome> outcomes) {}

  /**
   * Says where the parts of a data set are.
   *
   * @param training what trains
   * @param validation what chooses the best epoch; null for a part of what trains
   * @param test what gives the score; null for a part of what trains
   */
  public record Sources(Path training, @Nullable Path validation, @Nullable Path test) {}

  /** Finds what the options do not name, such as in a folder of known names. */
  protected Sources sources(Sources given) throws IOException {
    return given;
  }

  /** Reads what the options name, and parts it where they name only one file. */
  protected Parts<E> parts(Rows rows) throws IOException {
    if (places.data == null) {
      return sample(learning.seed);
    }
    var sources = sources(new Sources(places.data, places.validation, places.test));
    return parts(readTraining(sources.training, rows), sources, rows);
  }

  /** Parts what has been read of one file, as far as there are no others for the parts. */
  protected final Parts<E> parts(List<E> first, Sources sources, Rows rows) throws IOException {
    var shares = shares();
    var validation = sources.validation == null ? null : readLabelled(sources.validation, rows);
    var test = sources.test == null ? null : readLabelled(sources.test, rows);
    if (validation != null && test != null && isGiven("--shares")) {
      throw wrongUsage("--shares: expected a part to take from the data, got a file for each");
    }
    if (validation != null && test != null) {
      return new Parts<>(first, validation, test);
    }
    if (validation != null) {
      var two = split(first, learning.seed, 1 - shares[2], shares[2]);
      return new Parts<>(two.get(0), validation, two.get(1));
    }
    if (test != null) {
      var two = split(first, learning.seed, 1 - shares[1], shares[1]);
      return new Parts<>(two.get(0), two.get(1), test);
    }
    var three = split(first, learning.seed, shares);
    return new Parts<>(three.get(0), three.get(1), three.get(2));
  }

  /** Returns the shares of one file that train, validate and test. */
  protected final double[] shares() {
    return places.shares(spec, defaultShares());
  }

  /** Returns the settings of the run. */
  protected Settings settings() {
    return learning.over(defaults(effort()));
  }

  /** Returns how much work is wanted. */
  protected final Effort effort() {
    return places.quick ? Effort.QUICK : Effort.FULL;
  }

  /**
   * Returns what {@code --cell} may name besides the cells of the catalogue; nothing by default.
   */
  protected List<String> otherCells() {
    return List.of();
  }

  /** Returns the cell of the run, which must be one of the catalogue. */
  protected final CellDefinition cell() {
    var cell = Cells.named(settings().cell());
    int memory = settings().memory();
    return memory == 0 ? cell : cell.remembering(memory);
  }

  /** Returns the recurrent layers that the settings describe, in one direction. */
  protected final Recurrent recurrent(int inputs) {
    var s = settings();
    return Recurrent.of(cell(), inputs, s.hidden())
        .layers(s.layers())
        .dropout(s.dropoutBetweenLayers());
  }

  /** Tells whether the network is to have a recurrent layer: {@code --cell none} is without. */
  protected final boolean isRecurrent() {
    return !settings().cell().equals(Settings.NO_CELL);
  }

  /** Tells whether an option was given, by its longest name. */
  protected final boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Returns what {@code --data} names, or null where the sample is wanted. */
  protected final @Nullable Path dataFile() {
    return places.data;
  }

  /** Returns what {@code --validation} names, or null where it is a part of the data. */
  protected final @Nullable Path validationFile() {
    return places.validation;
  }

  /** Returns what {@code --test} names, or null where it is a part of the data. */
  protected final @Nullable Path testFile() {
    return places.test;
  }

  /** Returns the seed of the run. */
  protected final long seed() {
    return learning.seed;
  }

  /** Returns what the help says of the settings where no option is given: a line each. */
  protected List<String> describeDefaults() {
    return List.of("Defaults: " + defaults(Effort.FULL), "With --quick: " + defaults(Effort.QUICK));
  }

  /** Says in the help of each task what its options are where they are not given. */
  public static void describeDefaults(CommandLine train) {
    for (var line : train.getSubcommands().values()) {
      if (line.getCommandSpec().userObject() instanceof Task<?> task) {
        line.getCommandSpec()
            .usageMessage()
            .footer(
                Stream.concat(Stream.of(""), task.describeDefaults().stream())
                    .toArray(String[]::new));
      }
    }
  }

  /** Returns how rows are read that train, and what is done with malformed ones. */
  final Rows rows() {
    return rows(places.skipBad);
  }

  /** Returns how rows are read, with the malformed ones passed over or not. */
  final Rows rows(boolean skipBad) {
    return (skipBad ? Rows.skipping() : Rows.failing().offeringToSkip()).in(places.encoding);
  }

  /**
   * Refuses data of which more rows were passed over than {@code --max-bad} says.
   *
   * @throws IOException that names the first of them
   */
  final void requireFewBad(Rows rows) throws IOException {
    if (rows.skipped() > places.maxBad * rows.read()) {
      double share = (double) rows.skipped() / rows.read();
      throw new IOException(
          Numbers.format(
              "--skip-bad: expected at most %.3g %% of the rows to be malformed, got %,d of %,d"
                  + " (%.3g %%), the first: %s; --max-bad %.2g passes over as many",
              100 * places.maxBad,
              rows.skipped(),
              rows.read(),
              100 * share,
              rows.messages().getFirst(),
              Math.min(1, Math.ceil(100 * share) / 100)));
    }
  }

  /** Returns the name on the command line. */
  final String name() {
    return spec.name();
  }

  final TaskOptions.Places places() {
    return places;
  }

  final TaskOptions.Learning learning() {
    return learning;
  }

  final BackendChoice backends() {
    return backends;
  }

  /** Returns the precision of the run. */
  final Precision precision() {
    return Objects.requireNonNullElse(backends.precision(), Precision.FP32);
  }

  final CommandSpec spec() {
    return spec;
  }

  /**
   * Returns a task of the same kind that has taken the given options, which a file holds.
   *
   * @param file for messages
   * @throws IOException if they are not options of the task
   */
  final Task<E> with(List<String> arguments, Path file) throws IOException {
    try {
      return with(arguments);
    } catch (CommandLine.OverwrittenOptionException e) {
      var repeated = Quoted.oneLine(e.getOverwritten().paramLabel());
      throw new IOException(
          file + ": options of the run: expected each once, got one twice (" + repeated + ")", e);
    } catch (ParameterException e) {
      var message = Quoted.oneLine(String.valueOf(e.getMessage()));
      throw new IOException(file + ": options of the run: " + message, e);
    }
  }

  /**
   * Returns a task of the same kind that has taken the given options.
   *
   * @throws ParameterException if they are not options of the task
   */
  @SuppressWarnings("unchecked") // the same class has the same examples
  final Task<E> with(List<String> arguments) {
    var line = new CommandLine(getClass());
    line.setOut(spec.commandLine().getOut()).setErr(spec.commandLine().getErr());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false); // what a file holds names no other file
    line.parseArgs(arguments.toArray(String[]::new));
    return (Task<E>) line.getCommand();
  }

  private void requireKnownCell() {
    var known = new CellName.Candidates();
    known.addAll(otherCells());
    var given = learning.cell;
    if (given != null && !known.contains(given)) {
      throw wrongUsage("--cell: expected one of " + known + ", got " + given);
    }
  }

  /** Refuses options that contradict each other or the data. */
  protected final ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  @Override
  public final Integer call() throws IOException {
    requireKnownCell();
    return new TaskCommand<>(this).call();
  }
}

package dev.recurrent.examples.harness;

import dev.recurrent.data.DataException;
import dev.recurrent.data.Lines;
import dev.recurrent.data.Rows;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts what a file, or standard input, asks for, with a trained model. */
@Command(
    name = "predict",
    header = "Predicts with a model of 'train' what a file, or standard input, asks for.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
public final class PredictCommand implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a training run, or its best.safetensors. Required.")
  private Path model;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      defaultValue = "-",
      description = {
        "Examples in the format that trained; targets are not needed. Default: -, standard input,"
            + " each line of which is answered before the next one is read. A line is a row of the"
            + " table (forecast), a list of pitches (music), or a text or sentence."
      })
  private Path input = STANDARD_INPUT;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "csv",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private PredictionWriter.Format format = PredictionWriter.Format.CSV;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Another value for an option of the task than in training, such as beam=1.")
  private Map<String, String> changes = Map.of();

  @Option(names = "--skip-bad", description = "Pass over malformed rows and count them.")
  private boolean skipBad;

  @Mixin private BackendChoice backends;

  @Override
  public Integer call() throws IOException {
    try (var backend = backends.open(spec);
        var saved = SavedTask.open(model, spec.root(), changes, backend)) {
      predict(saved, spec.commandLine().getOut());
    }
    return 0;
  }

  private <E> void predict(SavedTask<E> saved, PrintWriter out) throws IOException {
    if (!(saved.model() instanceof TaskModel<E> its)) {
      throw new IOException(
          model
              + ": expected a model that predicts example by example, got one of a text:"
              + " ./rnn sample goes on writing one, ./rnn eval scores one");
    }
    var rows = saved.task().rows(skipBad);
    if (input.equals(STANDARD_INPUT)) {
      answerLines(its, rows, out);
    } else {
      predictFile(saved.task(), its, rows, out);
    }
    if (rows.skipped() > 0) {
      spec.commandLine()
          .getErr()
          .println(Numbers.format("%,d bad rows skipped of %,d", rows.skipped(), rows.read()));
    }
  }

  private void answerLines(TaskModel<?> its, Rows rows, PrintWriter out) throws IOException {
    var writer = new PredictionWriter(out, format);
    int told = 0;
    var lines = Lines.of(Path.of("standard input"), System.in, rows.charset());
    try (var streaming = its.streaming(rows)) {
      // A reader that has gone away, such as head, ends it.
      while (!out.checkError() && lines.next()) {
        answer(streaming, lines, rows).ifPresent(writer::write);
        told = tell(rows, told);
      }
    }
  }

  private static Optional<Outcome> answer(Streaming streaming, Lines lines, Rows rows)
      throws IOException {
    try {
      return streaming.answer(lines.place(1), lines.text());
    } catch (DataException e) {
      rows.reject(e);
      return Optional.empty();
    }
  }

  /** Prints what malformed rows there were since the last time, and returns how many so far. */
  private int tell(Rows rows, int told) {
    var messages = rows.messages();
    messages.subList(told, messages.size()).forEach(spec.commandLine().getErr()::println);
    return messages.size();
  }

  private <E> void predictFile(Task<E> task, TaskModel<E> its, Rows rows, PrintWriter out)
      throws IOException {
    var examples = task.read(input, rows);
    int batch = task.settings().batch();
    var writer = new PredictionWriter(out, format);
    for (int from = 0; from < examples.size() && !out.checkError(); from += batch) {
      var some = examples.subList(from, Math.min(from + batch, examples.size()));
      Predictions.of(its, some, batch).forEach(writer::write);
    }
    out.flush();
    tell(rows, 0);
  }
}

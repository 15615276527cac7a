package dev.recurrent.examples.harness;

import dev.recurrent.data.Rows;
import dev.recurrent.examples.run.Interrupt;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.run.RunFolder;
import dev.recurrent.examples.run.ShellWords;
import dev.recurrent.examples.run.TrainingProgress;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.score.Measure;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Does {@code ./rnn train NAME}: begins a run in a new folder, or goes on with one. */
final class TaskCommand<E> {
  private static final Path RUNS = Path.of("runs");

  /** Options that may have another value where a run goes on. */
  private static final Set<String> MAY_CHANGE = Set.of("--epochs");

  private final Task<E> task;
  private final PrintWriter out;

  TaskCommand(Task<E> task) {
    this.task = task;
    out = task.spec().commandLine().getOut();
  }

  int call() throws IOException {
    var resume = task.places().resume;
    return resume == null ? start() : resume(resume);
  }

  private int start() throws IOException {
    try (var folder = newFolder()) {
      var parsed = task.spec().commandLine().getParseResult();
      var arguments =
          GivenOptions.replaced(GivenOptions.deciding(parsed), GivenOptions.reporting(parsed));
      task.requireReportable();
      var rows = task.rows();
      var parts = parts(task, rows);
      try (var backend = task.backends().open(task.spec())) {
        var data = DataFingerprint.of(parsed);
        var file = new RunFile(task.name(), arguments, backend.device().backend(), data);
        return train(backend, new TaskRun.Setup<>(task, parts, file, folder.path()), rows);
      }
    }
  }

  private int resume(Path path) throws IOException {
    RunFile.read(path, task.name());
    try (var folder = RunFolder.take(path)) {
      return resumeIn(folder.path());
    }
  }

  private int resumeIn(Path folder) throws IOException {
    var parsed = task.spec().commandLine().getParseResult();
    var saved = RunFile.read(folder, task.name());
    requireNoContradiction(parsed, saved, folder);
    var reporting = GivenOptions.reporting(parsed);
    if (!reporting.isEmpty()) {
      task.requireReportable();
    }
    var places = GivenOptions.places(parsed);
    var file =
        saved.with(reporting).with(places).with(GivenOptions.named(parsed, MAY_CHANGE::contains));
    var begun = task.with(file.arguments(), folder.resolve(RunFile.NAME));
    begun.places().resume = folder;
    if (!DataFingerprint.fits(file.data(), begun.spec().commandLine().getParseResult())) {
      throw new IOException(
          folder
              + ": expected the data that the run began with, got "
              + (places.isEmpty()
                  ? "files that have changed"
                  : "other content in " + String.join(", ", places)));
    }
    var rows = begun.rows();
    var parts = parts(begun, rows);
    try (var backend = begun.backends().open(file.backend(), begun.precision(), task.spec())) {
      return new TaskCommand<>(begun)
          .train(backend, new TaskRun.Setup<>(begun, parts, file, folder), rows);
    }
  }

  private int train(Backend backend, TaskRun.Setup<E> setup, Rows rows) throws IOException {
    // Those of a process that was killed: nobody else writes here.
    AtomicFiles.removeLeftovers(setup.folder());
    try (var run = new TaskRun<>(backend, setup)) {
      if (task.places().resume == null) {
        task.keepSample(setup.folder());
      }
      setup.file().write(setup.folder());
      describe(run, setup, backend, rows);
      TrainingResult result;
      try (var progress = new TrainingProgress(out, task.settings().epochs(), task.unit());
          var interrupt = new Interrupt(run::stop, task.spec().commandLine().getErr())) {
        result = run.train(progress);
        progress.finishBar();
        if (interrupt.isRequested()) {
          out.println("stopped after " + result.updates() + " updates; to go on:");
          out.println(
              "  ./rnn train " + task.name() + " --resume " + ShellWords.quote(setup.folder()));
          return interrupt.exitStatus();
        }
      }
      return summarize(run, result, setup);
    }
  }

  private void describe(TaskRun<E> run, TaskRun.Setup<E> setup, Backend backend, Rows rows) {
    out.println("backend  " + backend.device());
    out.println(
        Numbers.format(
            "data     %,d %s train, %,d validate, %,d test%s",
            task.count(setup.parts().training()),
            task.countedIn(),
            task.count(setup.parts().validation()),
            task.count(setup.parts().test()),
            skipped(rows)));
    rows.messages().forEach(message -> out.println("         " + message));
    rows.notes().forEach(note -> out.println("         " + note));
    run.remarks().forEach(remark -> out.println("         " + remark));
    task.notes().forEach(note -> out.println("         " + note));
    out.println("settings " + task.settings());
    out.print(run.model().summary().indent(2));
  }

  /** Returns how many rows of how many were passed over; nothing where none was. */
  static String skipped(Rows rows) {
    return rows.skipped() == 0
        ? ""
        : Numbers.format("; %,d bad rows skipped of %,d", rows.skipped(), rows.read());
  }

  private int summarize(TaskRun<E> run, TrainingResult result, TaskRun.Setup<E> setup)
      throws IOException {
    result.requireBest();
    out.println("best     " + best(result, run.model().validation().measure()));
    boolean learnt = !wantsScores(setup) || hasLearnt(run, setup);
    out.println("folder   " + setup.folder() + " (best.safetensors, history.csv, loss.png)");
    out.println("try      ./rnn " + task.nextCommand(setup.folder()));
    return learnt ? 0 : 1;
  }

  private static String best(TrainingResult result, Measure measure) {
    return Numbers.format(
            "epoch %d, validation %s %.4f %s",
            result.bestEpoch(), measure.name(), result.bestValidation(), measure.unit())
        .strip()
        .concat(
            result.epochs().stream()
                .filter(epoch -> epoch.epoch() == result.bestEpoch())
                .map(TrainingProgress::measures)
                .findFirst()
                .orElse(""));
  }

  /** Tells whether there is a part that scores, or a quick run that has to show what it learnt. */
  private boolean wantsScores(TaskRun.Setup<E> setup) {
    return !setup.parts().test().isEmpty() || task.places().quick;
  }

  private boolean hasLearnt(TaskRun<E> run, TaskRun.Setup<E> setup) throws IOException {
    var scores = run.test(out);
    scores.print(out);
    if (setup.parts().test().isEmpty()) {
      out.println("         on the part that validates; --test FILE scores on another one");
    }
    return !task.places().quick || scores.beatsBaseline(out);
  }

  private static <E> Parts<E> parts(Task<E> task, Rows rows) throws IOException {
    var parts = task.parts(rows);
    task.requireFewBad(rows);
    return task.isTestOptional() ? parts : parts.tested();
  }

  private void requireNoContradiction(ParseResult parsed, RunFile file, Path folder)
      throws IOException {
    var found = new ArrayList<>(GivenOptions.deciding(parsed));
    found.removeAll(file.arguments());
    found.removeAll(GivenOptions.named(parsed, MAY_CHANGE::contains));
    // Data that lie elsewhere now: their content is compared.
    GivenOptions.places(parsed).stream().filter(file::hasOptionOf).forEach(found::remove);
    var places = task.places();
    if (places.out != null && !Files.isSameFile(places.out, folder)) {
      found.add("--out " + places.out);
    }
    var backends = task.backends();
    if (!backends.isAutomatic() && !backends.name().equals(file.backend())) {
      found.add("--backend " + backends.name() + " (the run has " + file.backend() + ")");
    }
    if (!found.isEmpty()) {
      throw new ParameterException(
          task.spec().commandLine(),
          "--resume "
              + folder
              + ": expected the options of the run, or none, got "
              + String.join(", ", found));
    }
  }

  /** Takes the folder of a new run; never one that holds another run, or what is left of one. */
  private RunFolder newFolder() throws IOException {
    var wanted = task.places().out;
    if (wanted == null) {
      return RunFolder.create(RUNS, task.name() + (task.places().quick ? "-quick" : ""));
    }
    var folder = RunFolder.take(wanted);
    try {
      requireNoRun(wanted);
      return folder;
    } catch (IOException e) {
      try (folder) {
        throw e;
      }
    }
  }

  private static void requireNoRun(Path folder) throws IOException {
    if (RunFile.isIn(folder)) {
      throw new IOException(
          folder
              + ": expected a folder without a run, got one with; --resume "
              + ShellWords.quote(folder)
              + " goes on");
    }
    for (var left : List.of(TaskRun.CHECKPOINT, TaskRun.MODEL)) {
      if (Files.exists(folder.resolve(left))) {
        throw new IOException(
            "%s: expected a folder without a run, got %s of one whose %s is missing; take another folder, or remove that file"
                .formatted(folder, left, RunFile.NAME));
      }
    }
  }
}

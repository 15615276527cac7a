package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Scores a trained model on other data. */
@Command(
    name = "eval",
    header = "Scores a model of 'train' on a file, with 95 %% bootstrap intervals.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
public final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a training run, or its best.safetensors. Required.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "Examples with their targets, in the format that trained; a text for a language model."
              + " Required.")
  private Path data;

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
      score(saved);
    }
    return 0;
  }

  private <E> void score(SavedTask<E> saved) throws IOException {
    var out = spec.commandLine().getOut();
    var rows = saved.task().rows(skipBad);
    var examples = saved.task().readLabelled(data, rows);
    var remarks = saved.task().remarks(data.toString(), examples, saved.facts());
    var outcomes = saved.model().outcomes(examples, saved.task().settings().batch());
    out.println(
        Numbers.format(
            "data     %,d %s; %,d bad rows skipped of %,d",
            saved.task().count(examples), saved.task().countedIn(), rows.skipped(), rows.read()));
    rows.messages().forEach(message -> out.println("         " + message));
    rows.notes().forEach(note -> out.println("         " + note));
    remarks.forEach(remark -> out.println("         " + remark));
    Scores.of(saved.task().measures(saved.facts()), outcomes, List.of()).print(out);
  }
}

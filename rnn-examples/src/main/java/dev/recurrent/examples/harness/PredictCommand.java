package dev.recurrent.examples.harness;

import dev.recurrent.data.Rows;
import dev.recurrent.examples.run.BackendChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts what a file asks for, with a trained model. */
@Command(
    name = "predict",
    header = "Predicts with a model of 'train' what a file asks for.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true)
public final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a training run, or its best.safetensors. Required.")
  private Path model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "Examples in the format that trained; targets are not needed. Required.")
  private Path input;

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
    var rows = skipBad ? Rows.skipping() : Rows.failing();
    var examples = saved.task().read(input, rows);
    int batch = saved.task().settings().batch();
    var writer = new PredictionWriter(out, format);
    for (int from = 0; from < examples.size(); from += batch) {
      var some = examples.subList(from, Math.min(from + batch, examples.size()));
      Predictions.of(saved.model(), some, batch).forEach(writer::write);
    }
    out.flush();
    rows.messages().forEach(spec.commandLine().getErr()::println);
  }
}

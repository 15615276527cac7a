package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes down what a language model computes, for a comparison with another library. */
@Command(
    name = "trace",
    header = "Writes what a language model computes for a text to a file.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "The file is in the safetensors format: tokens [T], embedded [T, embed], outputs [T, output],"
          + " logits [T, vocabulary], and the final states state0, state1, ... [1, size], layer by"
          + " layer. The text is read from zero states. docs/pytorch.md compares them with PyTorch."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
public final class TraceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a training run, or its best.safetensors. Required.")
  private Path path;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "TEXT",
      description = "What the model reads. Required.")
  private String text;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The file to write. Required.")
  private Path file;

  @Mixin private BackendChoice backends;

  @Override
  public Integer call() throws IOException {
    try (var backend = backends.open(spec);
        var saved = SavedTask.open(path, spec.root(), Map.of(), backend)) {
      if (!(saved.model() instanceof Traceable model)) {
        throw new IOException(
            path
                + ": expected a model of 'train text', got one of the task "
                + saved.task().name());
      }
      var tensors = model.trace(text);
      SafeTensors.write(file, tensors, Map.of("text", text, "backend", backend.device() + ""));
      spec.commandLine().getOut().println("wrote " + file + ": " + tensors.keySet());
    }
    return 0;
  }
}

package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes text with a language model. */
@Command(
    name = "sample",
    header = "Writes text with a model that 'train text' or 'train sentences' has trained.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
public final class SampleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a training run, or its best.safetensors. Required.")
  private Path path;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "Text to go on from. Default: a new line")
  private String prompt = "";

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "500",
      converter = Numbers.AtLeastZero.class,
      description =
          "Tokens to write: characters or words; sentences are written to their end. Default:"
              + " ${DEFAULT-VALUE}")
  private int length;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0.8",
      converter = Numbers.NotNegative.class,
      description =
          "Below 1 the text is more likely, above 1 more varied; 0 always takes the likeliest"
              + " token. Default: ${DEFAULT-VALUE}")
  private double temperature;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed gives the same text. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Mixin private BackendChoice backends;

  @Override
  public Integer call() throws IOException {
    var out = spec.commandLine().getOut();
    try (var backend = backends.open(spec);
        var saved = SavedTask.open(path, spec.root(), Map.of(), backend)) {
      if (!(saved.model() instanceof TextWriter writer)) {
        throw new IOException(
            path
                + ": expected a model that writes texts, got one of the task "
                + saved.task().name());
      }
      var request = new TextWriter.Request(prompt, length, temperature, seed);
      // A reader that has gone away, such as head, ends the text.
      writer.write(
          request,
          text -> {
            out.print(text);
            return !out.checkError();
          });
    }
    return 0;
  }
}

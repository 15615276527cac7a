package dev.recurrent.examples;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.examples.harness.SavedWriter;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.text.Sampler;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TextCode;
import dev.recurrent.examples.text.TokenModel;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.RandomBits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
final class SampleCommand implements Callable<Integer> {
  /** The lines that are written at once. */
  private static final int LINES = 10;

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
  private @Nullable String prompt;

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
    try (var backend = backends.open(spec)) {
      var writer = SavedWriter.open(path, spec.root(), backend);
      if (writer.isPresent()) {
        try (var its = writer.get()) {
          writeLines(its, out);
        }
        return 0;
      }
      writeText(backend, out);
    }
    return 0;
  }

  /** Writes texts one a line, until there are as many words as wanted. */
  private void writeLines(SavedWriter writer, PrintWriter out) {
    int left = length;
    for (int i = 0; left > 0 && !out.checkError(); i++) {
      var beginning = prompt == null ? "" : prompt;
      for (var text : writer.write(beginning, LINES, temperature, RandomBits.mix(seed, i))) {
        if (left > 0) {
          out.println(text);
          left -= Math.max(1, Tokenizer.whitespace().tokens(text).size());
        }
      }
    }
  }

  private void writeText(Backend backend, PrintWriter out) throws IOException {
    try (var model = TokenModel.read(path, backend)) {
      var code = model.code();
      var tokens = tokens(code);
      if (prompt != null) {
        out.print(prompt);
        out.flush();
      }
      int last = tokens[tokens.length - 1];
      try (var sampler = new Sampler(model, tokens, temperature, seed)) {
        // A reader that has gone away, such as head, ends the text.
        for (int i = 0; i < length && !out.checkError(); i++) {
          int next = sampler.next();
          out.print(code.continuation(last, next));
          last = next;
        }
      }
      out.println();
    }
  }

  private int[] tokens(TextCode code) {
    if (prompt == null || prompt.isEmpty()) {
      return new int[] {code.start()};
    }
    var tokens = code.encode(new Text("--prompt", prompt));
    if (tokens.length == 0) {
      throw new IllegalArgumentException(
          "--prompt: expected at least one " + code.kind().singular() + ", got none");
    }
    return tokens;
  }
}

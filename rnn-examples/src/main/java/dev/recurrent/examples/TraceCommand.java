package dev.recurrent.examples;

import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TokenModel;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.TensorData;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
final class TraceCommand implements Callable<Integer> {
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
        var model = TokenModel.read(path, backend);
        var tape = Tape.inference(backend)) {
      var tokens = model.code().encode(new Text("--text", text));
      if (tokens.length == 0) {
        throw new IllegalArgumentException(
            "--text: expected at least one " + model.code().kind().singular() + ", got none");
      }
      var trace = model.trace(tape, tokens);
      var tensors = new LinkedHashMap<String, TensorData>();
      tensors.put("tokens", TensorData.of(tokens, tokens.length));
      tensors.put("embedded", data(trace.embedded()));
      tensors.put("outputs", data(trace.outputs()));
      tensors.put("logits", data(trace.logits()));
      for (int i = 0; i < trace.finalStates().size(); i++) {
        tensors.put("state" + i, data(trace.finalStates().get(i)));
      }
      SafeTensors.write(file, tensors, Map.of("text", text, "backend", backend.device() + ""));
      spec.commandLine().getOut().println("wrote " + file + ": " + tensors.keySet());
    }
    return 0;
  }

  private static TensorData data(Tensor tensor) {
    return TensorData.of(tensor.toArray(), tensor.rows(), tensor.columns());
  }
}

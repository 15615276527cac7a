package dev.recurrent.examples;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.CellSizes.Bias;
import dev.recurrent.cell.Cells;
import dev.recurrent.examples.run.CellName;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.spi.BackendProvider;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that prints what is computed in a step of a cell, forward or backward. */
@Command(
    name = "explain",
    header = "Shows what a cell computes, its backward pass, and what a backend makes of it.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "Prints the program of one step of a cell, stage by stage: a line for each value, with its"
          + " shape, where B is the number of sequences. With --backward, the program that was"
          + " derived from it. With --backend, the loops or the kernels that this backend compiles;"
          + " it needs no device."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--cell",
      paramLabel = "NAME",
      defaultValue = "lstm",
      converter = CellName.class,
      completionCandidates = CellName.Candidates.class,
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private String cell;

  @Option(
      names = "--input",
      paramLabel = "N",
      defaultValue = "3",
      converter = Numbers.AtLeastOne.class,
      description = "Input size. Default: ${DEFAULT-VALUE}")
  private int input;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "5",
      converter = Numbers.AtLeastOne.class,
      description = "Hidden size. Default: ${DEFAULT-VALUE}")
  private int hidden;

  @Option(names = "--without-bias", description = "Leave the biases out.")
  private boolean withoutBias;

  @Option(names = "--backward", description = "Show the backward pass.")
  private boolean backward;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Show what this backend compiles; a name that doctor lists.")
  private @Nullable String backend;

  @Override
  public Integer call() {
    var sizes = new CellSizes(input, hidden, withoutBias ? Bias.WITHOUT : Bias.WITH);
    var program = Cells.named(cell).program(sizes);
    var out = spec.commandLine().getOut();
    out.print(backend == null ? explain(program) : explain(program, provider(backend)));
    out.flush();
    return 0;
  }

  private String explain(CellProgram program) {
    return backward ? program.derivative().describeStages() : program.describeStages();
  }

  private String explain(CellProgram program, BackendProvider provider) {
    var explanation = provider.explain(program);
    return backward ? explanation.backward() : explanation.forward();
  }

  private BackendProvider provider(String name) {
    var providers = Backends.providers();
    return providers.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--backend: expected one of "
                        + providers.stream().map(BackendProvider::name).toList()
                        + ", got "
                        + name));
  }
}

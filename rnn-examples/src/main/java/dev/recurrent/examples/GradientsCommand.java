package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.examples.gradients.CellChoice;
import dev.recurrent.examples.gradients.GradientPicture;
import dev.recurrent.examples.gradients.MemoryChoice;
import dev.recurrent.examples.gradients.UntrainedLayer;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.GradientFlow;
import dev.recurrent.train.MatrixPowers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how the gradient of a loss vanishes, holds or explodes on its way back through time. */
@Command(
    name = "gradients",
    header = "Shows how gradients vanish or explode on their way back through time.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "For each cell an untrained layer reads random sequences, as many features as units, with a"
          + " loss at the last step. Printed is the norm of dL/dh, 1 at the last step, so many"
          + " steps back; the effective memory, that is the steps until it is below 1 %% for good;"
          + " and whether it vanishes (below 1 %%), holds, or explodes (above 100) by the first"
          + " step.",
      "",
      "For Elman's networks, h' = f(U x + W h + b), without inputs and activation h_{t+n} = W^n"
          + " h_t. So for each W its largest |eigenvalue| is printed, in bounds, and the"
          + " mean-square factor by which W^n stretches a vector, the Frobenius norm of W^n /"
          + " sqrt(H)."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
final class GradientsCommand implements Callable<Integer> {
  /** Steps back that the table shows. */
  private static final List<Integer> BACK = List.of(10, 50, 100);

  @Spec private CommandSpec spec;

  @Option(
      names = "--cells",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "elman,elman-relu,lstm,gru,indrnn",
      converter = CellChoice.class,
      completionCandidates = CellChoice.Candidates.class,
      description = "Any of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private List<CellDefinition> cells;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "64",
      converter = Numbers.AtLeastOne.class,
      description = "Hidden size, and that of the inputs. Default: ${DEFAULT-VALUE}")
  private int hidden;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "200",
      converter = Numbers.AtLeastOne.class,
      description = "Steps of each sequence. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--scale",
      paramLabel = "X",
      split = ",",
      converter = Numbers.AboveZero.class,
      description =
          "Factors for the recurrent weights of Elman's networks, one layer each; they start"
              + " orthogonal, so a factor is their largest |eigenvalue|. Default: 1")
  private @Nullable List<Double> scales;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of weights and sequences. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/gradients",
      description =
          "Folder for gradients.png and gradients.csv, which replace those of before. Default:"
              + " ${DEFAULT-VALUE}")
  private Path folder;

  @Mixin private MemoryChoice memory;

  @Mixin private BackendChoice backends;

  private final Map<String, GradientFlow> flows = new LinkedHashMap<>(); // by layer
  private final Map<Double, MatrixPowers> powers = new LinkedHashMap<>(); // of W, by scale

  @Override
  public Integer call() throws IOException {
    if (scales != null) {
      CellChoice.requireAny(
          cells, CellChoice::isElman, "--scale: expected one of Elman's networks", spec);
    }
    var shown = memory.shown(cells, spec);
    Files.createDirectories(folder);
    try (var backend = backends.open(spec)) {
      shown.forEach((name, cell) -> measure(backend, cell, name));
    }
    var out = spec.commandLine().getOut();
    printGradients(out);
    printPowers(out);
    writeTable(folder.resolve("gradients.csv"));
    GradientPicture.draw(flows, folder.resolve("gradients.png"));
    out.println();
    out.println("folder   " + folder + " (gradients.png, gradients.csv)");
    return 0;
  }

  private void measure(Backend backend, CellDefinition cell, String name) {
    var size = new UntrainedLayer.Size(hidden, steps, seed);
    if (!CellChoice.isElman(cell)) {
      try (var layer = new UntrainedLayer(backend, cell, size)) {
        flows.put(name, layer.gradientFlow());
      }
      return;
    }
    for (double scale : scales == null ? List.of(1.0) : scales) {
      try (var layer = new UntrainedLayer(backend, cell, size)) {
        layer.scaleRecurrentWeights(scale);
        flows.put(name + (scales == null ? "" : " x" + scale), layer.gradientFlow());
        // By one seed all of Elman's networks have the same W.
        powers.computeIfAbsent(scale, _ -> layer.powersOfRecurrentWeights());
      }
    }
  }

  private void printGradients(PrintWriter out) {
    var heads = stepsBack().map(back -> back + " back").toList();
    out.println(row("norm of dL/dh", "last step", heads, "first step") + "  effective memory");
    flows.forEach(
        (name, flow) -> {
          var norms = flow.hiddenGradientNorm();
          var shown = stepsBack().map(back -> number(norms[steps - 1 - back])).toList();
          out.println(
              row(name, number(norms[steps - 1]), shown, number(norms[0]))
                  + Numbers.format(
                      "  %d of %d steps: %s", flow.effectiveMemory(), steps, flow.trend()));
        });
  }

  private void printPowers(PrintWriter out) {
    if (powers.isEmpty()) {
      return;
    }
    out.println();
    var heads = stepsBack().map(n -> "W^" + n).toList();
    out.println(row("factor of W^n", "W", heads, "") + "  largest |eigenvalue| of W");
    powers.forEach(
        (scale, w) -> {
          var shown = stepsBack().map(n -> number(w.growth(n))).toList();
          var radius = w.spectralRadius();
          out.println(
              row("W x" + scale, number(w.growth(1)), shown, "")
                  + Numbers.format("  %.4f to %.4f", radius.atLeast(), radius.atMost()));
        });
  }

  private Stream<Integer> stepsBack() {
    return BACK.stream().filter(back -> back < steps);
  }

  private static String row(String name, String first, List<String> middle, String last) {
    var row = new StringBuilder(Numbers.format("%-20s", name));
    Stream.of(List.of(first), middle, List.of(last))
        .flatMap(List::stream)
        .forEach(cell -> row.append(Numbers.format(" %10s", cell)));
    return row.toString();
  }

  private static String number(double value) {
    return Numbers.format("%.2g", value);
  }

  private void writeTable(Path file) throws IOException {
    var text = new StringBuilder("layer,steps_back,norm\n");
    flows.forEach(
        (name, flow) -> {
          var norms = flow.hiddenGradientNorm();
          for (int back = 0; back < steps; back++) {
            text.append(name).append(',').append(back).append(',');
            text.append(norms[steps - 1 - back]).append('\n');
          }
        });
    AtomicFiles.write(file, text.toString().getBytes(UTF_8));
  }
}

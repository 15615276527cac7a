package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.examples.context.ContextGrammar;
import dev.recurrent.examples.context.ContextPicture;
import dev.recurrent.examples.context.ContextTraining;
import dev.recurrent.examples.context.ContextTraining.Accuracy;
import dev.recurrent.examples.gradients.CellChoice;
import dev.recurrent.examples.gradients.MemoryChoice;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.AtomicFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows over how many words each cell learns to look back. */
@Command(
    name = "context",
    header = "Shows over how many words each cell learns to look back.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "Made texts have a word to be said that near context tells, \"the clouds are in the sky\","
          + " and one that far context tells: \"i grew up in france\", then sentences in which"
          + " nothing tells it, then \"i speak french\". There are "
          + ContextGrammar.CLASSES
          + " of each, equally often. For each cell and each gap, the number of words between"
          + " france and french, a model of its own is trained, by a loss at these two words"
          + " alone. Printed is how often it says them right in "
          + ContextTraining.TEST_BATCHES * ContextTraining.BATCH
          + " texts that are not among those of the training.",
      "",
      "All cells are trained in the same way on the same texts: word vectors of size "
          + ContextTraining.EMBEDDING
          + ", one recurrent layer, back-propagation through the whole text, Adam with learning"
          + " rate "
          + ContextTraining.LEARNING_RATE
          + ", gradients clipped to a norm of "
          + ContextTraining.CLIP
          + ", and "
          + ContextTraining.BATCH
          + " new texts for each update. The weights start as each cell says."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
final class ContextCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--cells",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "elman,lstm,gru",
      converter = CellChoice.class,
      completionCandidates = CellChoice.Candidates.class,
      description = "Any of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private List<CellDefinition> cells;

  @Option(
      names = "--gaps",
      paramLabel = "N",
      split = ",",
      defaultValue = "2,5,10,15,20,30,50,100",
      converter = Gap.class,
      description =
          "Words between the one that tells and the far one to be said. Default: ${DEFAULT-VALUE}")
  private List<Integer> gaps;

  @Option(
      names = "--updates",
      paramLabel = "N",
      defaultValue = "1000",
      converter = Numbers.AtLeastOne.class,
      description = "Updates of each training. Default: ${DEFAULT-VALUE}")
  private int updates;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "64",
      converter = Numbers.AtLeastOne.class,
      description = "Hidden size. Default: ${DEFAULT-VALUE}")
  private int hidden;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of weights and texts. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/context",
      description =
          "Folder for context.png and context.csv, which replace those of before. Default:"
              + " ${DEFAULT-VALUE}")
  private Path folder;

  @Mixin private MemoryChoice memory;

  @Mixin private BackendChoice backends;

  private final Map<String, List<Accuracy>> accuracies = new LinkedHashMap<>(); // by model

  /** Takes a number of words that the grammar can put between. */
  static final class Gap implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      try {
        int gap = Integer.parseInt(text);
        if (gap >= ContextGrammar.LEAST_GAP && gap <= ContextGrammar.MOST_GAP) {
          return gap;
        }
      } catch (NumberFormatException e) {
        // Reported below, as a number out of range is.
      }
      throw new TypeConversionException(
          "expected a whole number from "
              + ContextGrammar.LEAST_GAP
              + " to "
              + ContextGrammar.MOST_GAP
              + ", got "
              + text);
    }
  }

  @Override
  public Integer call() throws IOException {
    var models = memory.shown(cells, spec);
    var rising = gaps.stream().sorted().distinct().toList();
    Files.createDirectories(folder);
    var out = spec.commandLine().getOut();
    out.println(row("right, %", "", rising.stream().map(gap -> gap + " words").toList()));
    try (var backend = backends.open(spec)) {
      var training = new ContextTraining(hidden, updates, seed);
      for (var model : models.entrySet()) {
        var measured = new ArrayList<Accuracy>();
        for (int gap : rising) {
          measured.add(training.run(backend, model.getValue(), gap));
        }
        accuracies.put(model.getKey(), measured);
        print(out, model.getKey(), measured);
      }
    }
    var chance = Numbers.format("%.1f", 100.0 / ContextGrammar.CLASSES);
    out.println(row("chance", "", Collections.nCopies(rising.size(), chance)));
    writeTable(rising, folder.resolve("context.csv"));
    ContextPicture.draw(rising, far(), folder.resolve("context.png"));
    out.println();
    out.println("folder   " + folder + " (context.png, context.csv)");
    return 0;
  }

  private static void print(PrintWriter out, String model, List<Accuracy> measured) {
    out.println(row(model, "near", percentages(measured, Accuracy::near)));
    out.println(row("", "far", percentages(measured, Accuracy::far)));
    out.flush();
  }

  private static List<String> percentages(
      List<Accuracy> measured, ToDoubleFunction<Accuracy> value) {
    return measured.stream()
        .map(accuracy -> Numbers.format("%.1f", 100 * value.applyAsDouble(accuracy)))
        .toList();
  }

  private static String row(String model, String word, List<String> values) {
    var row = new StringBuilder(Numbers.format("%-20s %4s", model, word));
    values.forEach(value -> row.append(Numbers.format(" %10s", value)));
    return row.toString();
  }

  private Map<String, List<Double>> far() {
    var far = new LinkedHashMap<String, List<Double>>();
    accuracies.forEach(
        (model, measured) -> far.put(model, measured.stream().map(Accuracy::far).toList()));
    return far;
  }

  private void writeTable(List<Integer> rising, Path file) throws IOException {
    var text = new StringBuilder("cell,words_between,near_accuracy,far_accuracy\n");
    accuracies.forEach(
        (model, measured) -> {
          for (int i = 0; i < rising.size(); i++) {
            var accuracy = measured.get(i);
            text.append(model).append(',').append(rising.get(i)).append(',');
            text.append(accuracy.near()).append(',').append(accuracy.far()).append('\n');
          }
        });
    AtomicFiles.write(file, text.toString().getBytes(UTF_8));
  }
}

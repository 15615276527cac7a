package dev.recurrent.examples.gradients;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.examples.run.Numbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The option to show gated cells a second time, with long memory from the start. */
public final class MemoryChoice {
  @Option(
      names = "--memory",
      paramLabel = "N",
      converter = Numbers.AtLeastOne.class,
      description =
          "Shows each gated cell once more, its gates starting so that units remember for 1 to N"
              + " steps")
  private @Nullable Integer memory;

  /**
   * Returns the cells by the names under which they are shown, each once.
   *
   * @throws picocli.CommandLine.ParameterException if memory is asked for and none of them is gated
   */
  public Map<String, CellDefinition> shown(List<CellDefinition> cells, CommandSpec spec) {
    if (memory != null) {
      CellChoice.requireAny(
          cells, CellDefinition::isGated, "--memory: expected a gated cell", spec);
    }
    var shown = new LinkedHashMap<String, CellDefinition>();
    for (var cell : cells) {
      shown.put(cell.name(), cell);
      if (memory != null && cell.isGated()) {
        shown.put(cell.name() + " memory " + memory, cell.remembering(memory));
      }
    }
    return shown;
  }
}

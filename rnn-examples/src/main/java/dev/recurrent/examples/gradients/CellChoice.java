package dev.recurrent.examples.gradients;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Takes the name of a cell of the catalogue, or {@code elman-linear}. */
public final class CellChoice implements ITypeConverter<CellDefinition> {
  /** Elman's network without an activation, whose gradients are those of W^n exactly. */
  public static final CellDefinition ELMAN_LINEAR =
      Cells.elman("elman-linear", UnaryOperator.identity());

  private static final List<CellDefinition> ELMAN =
      List.of(ELMAN_LINEAR, Cells.ELMAN, Cells.ELMAN_RELU);

  @Override
  public CellDefinition convert(String text) {
    var name = text.toLowerCase(Locale.ROOT);
    return cells()
        .filter(cell -> cell.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected one of " + String.join(", ", new Candidates()) + ", got " + text));
  }

  /** Tells whether a cell is one of Elman's networks, h' = f(U x + W h + b). */
  public static boolean isElman(CellDefinition cell) {
    return ELMAN.contains(cell);
  }

  /** Refuses cells, those of {@code --cells}, none of which is what an option wants. */
  public static void requireAny(
      List<CellDefinition> cells,
      Predicate<CellDefinition> wanted,
      String expected,
      CommandSpec spec) {
    if (cells.stream().noneMatch(wanted)) {
      var names = cells.stream().map(CellDefinition::name).collect(Collectors.joining(","));
      throw new ParameterException(spec.commandLine(), expected + " among --cells, got " + names);
    }
  }

  private static Stream<CellDefinition> cells() {
    return Stream.concat(Stream.of(ELMAN_LINEAR), Cells.all().stream());
  }

  /** Lists the names. */
  public static final class Candidates extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    /** Lists them in the order of the catalogue. */
    public Candidates() {
      super(cells().map(CellDefinition::name).toList());
    }
  }
}

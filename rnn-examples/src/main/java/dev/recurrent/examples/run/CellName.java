package dev.recurrent.examples.run;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import java.util.ArrayList;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Takes the name of a cell of the catalogue. */
public final class CellName implements ITypeConverter<String> {
  @Override
  public String convert(String text) {
    var name = text.toLowerCase(Locale.ROOT);
    var names = new Candidates();
    if (!names.contains(name)) {
      throw new TypeConversionException("expected one of " + names + ", got " + text);
    }
    return name;
  }

  /** Takes any name, in lower case as all names are; the caller knows which there are. */
  public static final class Lowercase implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  /** Lists the names of the catalogue. */
  public static final class Candidates extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    /** Lists them in the order of the catalogue. */
    public Candidates() {
      super(Cells.all().stream().map(CellDefinition::name).toList());
    }

    @Override
    public String toString() {
      return String.join(", ", this);
    }
  }
}

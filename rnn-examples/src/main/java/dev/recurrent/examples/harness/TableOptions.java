package dev.recurrent.examples.harness;

import dev.recurrent.data.Table;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of tasks that read tables: how these are written, for {@code @Mixin}. */
public final class TableOptions {
  @Option(
      names = "--separator",
      paramLabel = "CHARACTER",
      order = 51,
      converter = Separator.class,
      description =
          "What parts the columns of a table: a character, or 'tab'. Default: by the name, a comma"
              + " in .csv, a tab in .tsv and .tab")
  private @Nullable Character separator;

  @Option(
      names = "--decimal",
      paramLabel = "MARK",
      order = 52,
      defaultValue = ".",
      description = "What is before the decimals of numbers, a point or a comma. Default: a point")
  private char decimal = '.';

  /** Takes a character, or the name of one that is hard to type. */
  static final class Separator implements ITypeConverter<Character> {
    @Override
    public Character convert(String text) {
      if (text.equalsIgnoreCase("tab") || text.equals("\\t")) {
        return '\t';
      }
      if (text.length() != 1) {
        throw new TypeConversionException("expected one character, or tab, got " + text);
      }
      return text.charAt(0);
    }
  }

  /** Returns how tables are written. */
  public Table.Dialect dialect() {
    return new Table.Dialect(Optional.ofNullable(separator), decimal);
  }
}

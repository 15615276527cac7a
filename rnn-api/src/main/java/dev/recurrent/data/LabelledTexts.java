package dev.recurrent.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Reads texts and their classes from what holds them: a table with a column for each, a folder with
 * a folder of texts for each class, or lines of text, whose classes are not known.
 *
 * @param textColumn the column of a table that holds the texts
 * @param labelColumn the column that holds the classes; without it they are not known
 * @param classes the only ones to take; empty for all
 */
public record LabelledTexts(String textColumn, String labelColumn, List<String> classes) {

  /** Copies the classes. */
  public LabelledTexts {
    classes = List.copyOf(classes);
  }

  /**
   * Reads a folder as {@link LabelledFolders} does, a file whose name is that of a table as {@link
   * Table} does, and any other as {@link #lines}. Texts of unknown classes are taken in any case.
   *
   * @throws DataException if a row is malformed and malformed rows are not to be skipped
   * @throws IllegalArgumentException if a table has no such column of texts
   */
  public List<LabelledText> read(Path path, Rows rows) throws IOException {
    if (Files.isDirectory(path)) {
      return classes.isEmpty()
          ? LabelledFolders.read(path, rows)
          : LabelledFolders.read(path, classes, rows);
    }
    if (!isTable(path)) {
      return lines(path, rows);
    }
    var table = Table.read(path, rows);
    boolean labelled = table.columns().contains(labelColumn);
    Predicate<LabelledText> wanted =
        text -> !labelled || classes.isEmpty() || classes.contains(text.label());
    return rows
        .map(
            table.rows(),
            row -> new LabelledText(labelled ? row.text(labelColumn) : null, row.text(textColumn)))
        .stream()
        .filter(wanted)
        .toList();
  }

  /**
   * Reads lines of text whose classes are not known.
   *
   * @throws DataException if a line is not UTF-8 and malformed rows are not to be skipped
   */
  public static List<LabelledText> lines(Path file, Rows rows) throws IOException {
    return TextFile.lines(file, rows).stream().map(text -> new LabelledText(null, text)).toList();
  }

  private static boolean isTable(Path file) {
    return DataStream.plainName(file).toLowerCase(Locale.ROOT).matches(".*\\.([ct]sv|tab)");
  }
}

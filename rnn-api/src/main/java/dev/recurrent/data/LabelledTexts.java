package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads texts and their classes from what holds them: a table with a column for each, a folder with
 * a folder of texts for each class, or lines of text, whose classes are not known.
 *
 * @param textColumn the column of a table that holds the texts
 * @param labelColumn the column that holds the classes; without it they are not known
 * @param classes the only ones to take; empty for all
 * @param dialect how tables are written
 */
public record LabelledTexts(
    String textColumn, String labelColumn, List<String> classes, Table.Dialect dialect) {

  /** Copies the classes. */
  public LabelledTexts {
    classes = List.copyOf(classes);
  }

  /** Reads tables that are written in the usual way. */
  public LabelledTexts(String textColumn, String labelColumn, List<String> classes) {
    this(textColumn, labelColumn, classes, Table.Dialect.USUAL);
  }

  /**
   * Reads a folder as {@link LabelledFolders} does, a file whose name is that of a table as {@link
   * Table} does, and any other as {@link #lines}. Texts of unknown classes are taken in any case.
   *
   * @throws DataException if a row is malformed, as one is whose field for the class is blank, and
   *     malformed rows are not to be skipped
   * @throws IllegalArgumentException if a table has no such column of texts
   */
  public List<LabelledText> read(Path path, Rows rows) throws IOException {
    if (Files.isDirectory(path)) {
      return folder(path, rows);
    }
    if (!isTable(path)) {
      return lines(path, rows);
    }
    var table = Table.read(path, dialect, rows);
    return table.columns().contains(labelColumn)
        ? labelled(table, rows)
        : rows.map(table.rows(), row -> new LabelledText(null, row.text(textColumn)));
  }

  /**
   * Reads texts whose classes are known, from a folder or a table.
   *
   * @throws DataException if it is something else, or a row is malformed and malformed rows are not
   *     to be skipped
   * @throws IllegalArgumentException if a table has no such columns
   */
  public List<LabelledText> readLabelled(Path path, Rows rows) throws IOException {
    if (Files.isDirectory(path)) {
      return folder(path, rows);
    }
    if (!isTable(path)) {
      throw new DataException(
          Place.of(path), "a folder of classes, or a .csv, .tsv or .tab file", "another file");
    }
    return labelled(Table.read(path, dialect, rows), rows);
  }

  private List<LabelledText> folder(Path path, Rows rows) throws IOException {
    return classes.isEmpty()
        ? LabelledFolders.read(path, rows)
        : LabelledFolders.read(path, classes, rows);
  }

  private List<LabelledText> labelled(Table table, Rows rows) throws IOException {
    var texts = rows.map(table.rows(), this::labelled);
    if (classes.isEmpty()) {
      return texts;
    }
    var found = texts.stream().map(text -> String.valueOf(text.label())).distinct().toList();
    for (var wanted : classes) {
      if (!found.contains(wanted)) {
        throw new IllegalArgumentException(
            table.file() + ": expected rows of the class " + Quoted.quote(wanted) + ", got none");
      }
    }
    return texts.stream().filter(text -> classes.contains(text.label())).toList();
  }

  private LabelledText labelled(Table.Row row) throws DataException {
    String label = row.text(labelColumn);
    if (label.isBlank()) {
      throw row.malformed(labelColumn, "a class");
    }
    return new LabelledText(label, row.text(textColumn));
  }

  /**
   * Reads lines of text whose classes are not known.
   *
   * @throws DataException if a line is not UTF-8 and malformed rows are not to be skipped
   */
  public static List<LabelledText> lines(Path file, Rows rows) throws IOException {
    return TextFile.lines(file, rows).stream().map(text -> new LabelledText(null, text)).toList();
  }

  private boolean isTable(Path file) {
    return dialect.namesSeparator() || Table.formatOf(file).isPresent();
  }
}

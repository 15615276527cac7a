package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads texts that are sorted into files by label, one line a text, as in {@code
 * names/Vietnamese.txt}.
 */
public final class LabelledFiles {
  private LabelledFiles() {}

  /**
   * Reads the {@code .txt} files (or {@code .txt.gz}) of a folder in the order of their names;
   * other files are not taken, which the rows take note of; nor are hidden ones.
   *
   * @throws DataException if there is no such file, or a line is not UTF-8 and malformed rows are
   *     not to be skipped
   */
  public static List<LabelledText> read(Path folder, Rows rows) throws IOException {
    List<Path> files = LabelledFolders.textFiles(folder);
    var others =
        LabelledFolders.entries(folder).stream()
            .filter(entry -> !files.contains(entry))
            .map(entry -> String.valueOf(entry.getFileName()))
            .toList();
    LabelledFolders.notePassedOver(folder, others, ".txt files", rows);
    if (files.isEmpty()) {
      throw new DataException(Place.of(folder), "a folder of .txt files", "none");
    }
    return read(files, rows);
  }

  /**
   * Reads the given files. The label is a file's name without its extension; blank lines are not
   * texts.
   *
   * @throws DataException if a line is not UTF-8 and malformed rows are not to be skipped
   */
  public static List<LabelledText> read(List<Path> files, Rows rows) throws IOException {
    List<LabelledText> texts = new ArrayList<>();
    for (Path file : files) {
      String name = DataStream.plainName(file);
      int dot = name.lastIndexOf('.');
      String label = dot > 0 ? name.substring(0, dot) : name;
      int before = texts.size();
      for (String line : TextFile.lines(file, rows)) {
        if (!line.isBlank()) {
          texts.add(new LabelledText(label, line));
        }
      }
      if (texts.size() == before) {
        rows.note(Place.of(file) + ": no text of the class " + Quoted.quote(label));
      }
    }
    return Collections.unmodifiableList(texts);
  }
}

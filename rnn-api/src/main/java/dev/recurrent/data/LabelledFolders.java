package dev.recurrent.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads texts that are sorted into folders by label, one file a text, as in {@code
 * aclImdb/train/pos/0_9.txt}.
 */
public final class LabelledFolders {
  private LabelledFolders() {}

  /**
   * Reads the {@code .txt} files (or {@code .txt.gz}) of each folder in a folder, whose name is the
   * label. Folders and files come in the order of their names. Other files, and folders without
   * such files, are not taken.
   *
   * @throws DataException if there is no such file, or one is not UTF-8 and malformed rows are not
   *     to be skipped
   */
  public static List<LabelledText> read(Path folder, Rows rows) throws IOException {
    List<String> labels = new ArrayList<>();
    for (Path entry : entries(folder)) {
      if (Files.isDirectory(entry) && !textFiles(entry).isEmpty()) {
        labels.add(String.valueOf(entry.getFileName()));
      }
    }
    if (labels.isEmpty()) {
      throw new DataException(Place.of(folder), "folders with .txt files", "none");
    }
    return read(folder, labels, rows);
  }

  /**
   * Reads the {@code .txt} files of the folders of the given labels only, label by label.
   *
   * @throws DataException if a folder has no such file, or one is not UTF-8 and malformed rows are
   *     not to be skipped
   */
  public static List<LabelledText> read(Path folder, List<String> labels, Rows rows)
      throws IOException {
    List<LabelledText> texts = new ArrayList<>();
    for (String label : labels) {
      List<Path> files = textFiles(folder.resolve(label));
      if (files.isEmpty()) {
        throw new DataException(Place.of(folder.resolve(label)), "a folder of .txt files", "none");
      }
      texts.addAll(rows.map(files, file -> new LabelledText(label, TextFile.text(file))));
    }
    return Collections.unmodifiableList(texts);
  }

  /** Returns the {@code .txt} and {@code .txt.gz} files in a folder, by name. */
  static List<Path> textFiles(Path folder) throws IOException {
    return entries(folder).stream()
        .filter(file -> DataStream.plainName(file).endsWith(".txt") && Files.isRegularFile(file))
        .toList();
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}

package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads texts that are sorted into folders by label, one file a text, as in {@code
 * aclImdb/train/pos/0_9.txt}.
 */
public final class LabelledFolders {
  private static final int MOST_NAMED = 10;

  /** What archives of macOS and folders of Windows hold besides what was put there. */
  private static final Set<String> HIDDEN = Set.of("__MACOSX", "Thumbs.db", "desktop.ini");

  private LabelledFolders() {}

  /**
   * Reads the {@code .txt} files (or {@code .txt.gz}) of each folder in a folder, whose name is the
   * label. Folders and files come in the order of their names. Other files, and folders without
   * such files, are not taken, which the rows take note of; nor are hidden ones, of which none is
   * taken.
   *
   * @throws DataException if there is no such file, or one is not UTF-8 and malformed rows are not
   *     to be skipped
   */
  public static List<LabelledText> read(Path folder, Rows rows) throws IOException {
    List<String> labels = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (Path entry : entries(folder)) {
      boolean isClass = Files.isDirectory(entry) && !textFiles(entry).isEmpty();
      (isClass ? labels : others).add(String.valueOf(entry.getFileName()));
    }
    notePassedOver(folder, others, "folders with .txt files", rows);
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
      rows.count(files.size());
      texts.addAll(
          rows.map(files, file -> new LabelledText(label, TextFile.text(file, rows.charset()))));
    }
    return Collections.unmodifiableList(texts);
  }

  /** Returns the {@code .txt} and {@code .txt.gz} files in a folder, by name. */
  static List<Path> textFiles(Path folder) throws IOException {
    return entries(folder).stream().filter(LabelledFolders::isTextFile).toList();
  }

  /** Tells whether a file is one of text by its name, in whatever case. */
  static boolean isTextFile(Path file) {
    return DataStream.plainName(file).toLowerCase(Locale.ROOT).endsWith(".txt")
        && Files.isRegularFile(file);
  }

  /** Returns what is in a folder, by name, but for what programs hide there. */
  static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(entry -> !isHidden(entry)).sorted().toList();
    }
  }

  private static boolean isHidden(Path entry) {
    var name = String.valueOf(entry.getFileName());
    return name.startsWith(".") || HIDDEN.contains(name);
  }

  /** Says which entries of a folder are no classes. */
  static void notePassedOver(Path folder, List<String> entries, String expected, Rows rows) {
    if (!entries.isEmpty()) {
      var named = entries.stream().limit(MOST_NAMED).map(Quoted::quote).toList();
      rows.note(
          Place.of(folder)
              + ": only "
              + expected
              + " are classes; passed over "
              + String.join(", ", named)
              + (entries.size() > MOST_NAMED ? " and others" : ""));
    }
  }
}

package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Reads treebanks in the CoNLL-U format of Universal Dependencies, as far as tagging needs them:
 * the words of each sentence with their tags.
 *
 * <p>Comments, multiword tokens (ids such as {@code 3-4}) and empty nodes ({@code 3.1}) are left
 * out. Format: <a href="https://universaldependencies.org/format.html">Universal Dependencies</a>.
 */
public final class ConllU {
  /** Stands for a tag that is not known. */
  public static final String NO_TAG = "_";

  private static final int FIELDS = 10;

  private ConllU() {}

  /**
   * A sentence.
   *
   * @param words at least one in a treebank
   */
  public record Sentence(List<Word> words) {
    /** Copies the words. */
    public Sentence {
      words = List.copyOf(words);
    }

    /** Returns the forms of the words. */
    public List<String> forms() {
      return words.stream().map(Word::form).toList();
    }

    /** Returns the universal tags of the words. */
    public List<String> universalTags() {
      return words.stream().map(Word::upos).toList();
    }
  }

  /**
   * A word of a sentence.
   *
   * @param form the word as it is in the text
   * @param upos the universal part of speech, such as {@code NOUN}
   * @param xpos the part of speech in the language's own tag set, such as {@code NNS}, or {@link
   *     #NO_TAG}
   */
  public record Word(String form, String upos, String xpos) {}

  /**
   * Reads the sentences of a file. With a malformed line its whole sentence is.
   *
   * @throws DataException if a sentence is malformed and malformed rows are not to be skipped
   */
  public static List<Sentence> read(Path file, Rows rows) throws IOException {
    List<Sentence> sentences = new ArrayList<>();
    try (var lines = new Lines(file)) {
      List<Word> words = new ArrayList<>();
      boolean malformed = false;
      while (lines.next()) {
        try {
          String line = lines.text();
          if (line.isEmpty()) {
            addSentence(words, sentences);
            malformed = false;
          } else if (!malformed && !line.startsWith("#")) {
            addWord(line, lines, words);
          }
        } catch (DataException e) {
          if (!malformed) {
            rows.reject(e);
          }
          words.clear();
          malformed = true;
        }
      }
      addSentence(words, sentences);
    }
    return Collections.unmodifiableList(sentences);
  }

  /**
   * Tells by its name whether a file is a treebank: {@code .conllu}, with or without {@code .gz}.
   */
  public static boolean isTreebank(Path file) {
    return DataStream.plainName(file).toLowerCase(Locale.ROOT).endsWith(".conllu");
  }

  /**
   * Reads lines of words parted by spaces as sentences whose tags are not known.
   *
   * @throws DataException if a line is not UTF-8 and malformed rows are not to be skipped
   */
  public static List<Sentence> untagged(Path file, Rows rows) throws IOException {
    return TextFile.lines(file, rows).stream().map(ConllU::untagged).toList();
  }

  /** Makes a sentence of words parted by spaces, whose tags are not known. */
  public static Sentence untagged(String line) {
    var words = Tokenizer.whitespace().tokens(line).stream();
    return new Sentence(words.map(word -> new Word(word, NO_TAG, NO_TAG)).toList());
  }

  private static void addSentence(List<Word> words, List<Sentence> sentences) {
    if (!words.isEmpty()) {
      sentences.add(new Sentence(words));
      words.clear();
    }
  }

  private static void addWord(String line, Lines lines, List<Word> words) throws DataException {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new DataException(
          lines.place(1), FIELDS + " fields parted by tabs", String.valueOf(fields.length));
    }
    String id = fields[0];
    if (id.matches("[0-9]+[-.][0-9]+")) {
      return;
    }
    if (!id.equals(String.valueOf(words.size() + 1))) {
      throw new DataException(lines.place(1), "the id " + (words.size() + 1), Quoted.quote(id));
    }
    requireFilled(fields, 1, "a word", lines);
    requireFilled(fields, 3, "a tag or _", lines);
    requireFilled(fields, 4, "a tag or _", lines);
    words.add(new Word(fields[1], fields[3], fields[4]));
  }

  private static void requireFilled(String[] fields, int field, String expected, Lines lines)
      throws DataException {
    if (fields[field].isEmpty()) {
      var before = Arrays.stream(fields, 0, field);
      int column = before.mapToInt(f -> f.codePointCount(0, f.length()) + 1).sum() + 1;
      throw new DataException(lines.place(column), expected, "nothing");
    }
  }
}

package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  /** A column of tags. */
  public enum Tags {
    /** The universal ones. */
    UPOS(3),
    /** Those of the language's own tag set. */
    XPOS(4);

    private final int field;

    Tags(int field) {
      this.field = field;
    }

    /** Returns the tag of a word, or {@link ConllU#NO_TAG}. */
    public String of(Word word) {
      return this == UPOS ? word.upos : word.xpos;
    }
  }

  /**
   * Reads the sentences of a file. With a malformed line its whole sentence is.
   *
   * @throws DataException if a sentence is malformed and malformed rows are not to be skipped
   */
  public static List<Sentence> read(Path file, Rows rows) throws IOException {
    return read(file, Optional.empty(), rows);
  }

  /**
   * Reads the sentences of a file, each word of which must have a tag in a column: neither {@link
   * #NO_TAG} nor one with a space in it.
   *
   * @throws DataException if a sentence is malformed and malformed rows are not to be skipped
   */
  public static List<Sentence> read(Path file, Tags tags, Rows rows) throws IOException {
    return read(file, Optional.of(tags), rows);
  }

  private static List<Sentence> read(Path file, Optional<Tags> tags, Rows rows) throws IOException {
    List<Sentence> sentences = new ArrayList<>();
    try (var lines = new Lines(file, rows.charset())) {
      List<Word> words = new ArrayList<>();
      boolean malformed = false;
      while (lines.next()) {
        try {
          String line = lines.text();
          if (line.isEmpty()) {
            rows.count(malformed || !words.isEmpty() ? 1 : 0);
            addSentence(words, sentences);
            malformed = false;
          } else if (!malformed && !line.startsWith("#")) {
            addWord(line, lines, tags, words);
          }
        } catch (DataException e) {
          if (!malformed) {
            rows.reject(e);
          }
          words.clear();
          malformed = true;
        }
      }
      rows.count(malformed || !words.isEmpty() ? 1 : 0);
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

  private static void addWord(String line, Lines lines, Optional<Tags> tags, List<Word> words)
      throws DataException {
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
    if (tags.isPresent()) {
      requireTag(fields, tags.get(), lines);
    }
    words.add(new Word(fields[1], fields[3], fields[4]));
  }

  private static void requireTag(String[] fields, Tags tags, Lines lines) throws DataException {
    var tag = fields[tags.field];
    if (tag.equals(NO_TAG) || tag.codePoints().anyMatch(WhitespaceTokenizer::isSpace)) {
      throw new DataException(
          lines.place(column(fields, tags.field)),
          "a tag without spaces in the column " + tags.name().toLowerCase(Locale.ROOT),
          tag.equals(NO_TAG) ? "_, which is none" : Quoted.quote(tag));
    }
  }

  private static int column(String[] fields, int field) {
    var before = Arrays.stream(fields, 0, field);
    return before.mapToInt(f -> f.codePointCount(0, f.length()) + 1).sum() + 1;
  }

  private static void requireFilled(String[] fields, int field, String expected, Lines lines)
      throws DataException {
    if (fields[field].isEmpty()) {
      throw new DataException(lines.place(column(fields, field)), expected, "nothing");
    }
  }
}

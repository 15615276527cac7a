package dev.recurrent.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Is a sentence and its translations: none where only a model's is wanted, several where several
 * are known.
 *
 * @param source the sentence to translate
 * @param targets the translations
 */
public record TranslatedSentence(String source, List<String> targets) {

  /** Copies the translations. */
  public TranslatedSentence {
    targets = List.copyOf(targets);
  }

  /**
   * Reads pairs from a file that has them in its first line, else sentences alone, a line each.
   *
   * @throws DataException if a line is malformed and malformed rows are not to be skipped
   */
  public static List<TranslatedSentence> read(Path file, Rows rows) throws IOException {
    return SentencePairs.areIn(file, rows.charset())
        ? ofPairs(SentencePairs.read(file, rows))
        : TextFile.lines(file, rows).stream().map(TranslatedSentence::untranslated).toList();
  }

  /** Returns a sentence whose translation is not known. */
  public static TranslatedSentence untranslated(String source) {
    return new TranslatedSentence(source, List.of());
  }

  /**
   * Puts pairs of the same source together, in the order of the first of them: what is split then
   * is sentences, so that a test sentence was never trained on with another translation.
   */
  public static List<TranslatedSentence> ofPairs(List<SentencePair> pairs) {
    var targets = new LinkedHashMap<String, List<String>>();
    pairs.forEach(
        pair -> targets.computeIfAbsent(pair.source(), _ -> new ArrayList<>()).add(pair.target()));
    return targets.entrySet().stream()
        .map(entry -> new TranslatedSentence(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Returns each sentence once for each of its translations, with that alone. */
  public static List<TranslatedSentence> pairs(List<TranslatedSentence> sentences) {
    return sentences.stream()
        .flatMap(s -> s.targets.stream().map(t -> new TranslatedSentence(s.source, List.of(t))))
        .toList();
  }
}

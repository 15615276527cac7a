package dev.recurrent.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

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

  /** Returns the sentence once for each translation, with that alone. */
  public Stream<TranslatedSentence> pairs() {
    return targets.stream().map(target -> new TranslatedSentence(source, List.of(target)));
  }
}

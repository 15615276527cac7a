package dev.recurrent.examples.harness;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.TranslatedSentence;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.score.Bleu;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.tape.Sequences;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Does what all translations share: batches of sentences, words for what was decoded, BLEU against
 * all translations that are known, also by the length of the source, and pictures of the attention.
 *
 * @param source the words that are known of the one language
 * @param target those of the other, which may be written
 * @param tokenizer cuts sentences, and joins words
 */
public record Translations(Vocabulary source, Vocabulary target, Tokenizer tokenizer) {
  /** The name of the sources in a batch. */
  public static final String SOURCE = "source";

  private static final String TARGET = "target";
  private static final String TRANSLATION = "translation";

  /** The longest source of each group in the score by length. */
  private static final int[] LENGTHS = {5, 8, 12, 17};

  /** How many test sentences of at least which length show their attention. */
  private static final int SHOWN = 4;

  private static final int SHOWN_LENGTH = 8;

  /** Takes what was learnt. */
  public Translations(Facts facts, Tokenizer tokenizer) {
    this(facts.vocabulary(SOURCE), facts.vocabulary(TARGET), tokenizer);
  }

  /** Learns the words of sentences that have one translation each. */
  public static Facts learn(
      List<TranslatedSentence> training, Tokenizer tokenizer, Vocabulary.Selection selection) {
    var sources = training.stream().map(s -> tokenizer.tokens(s.source())).toList();
    var targets = training.stream().map(s -> tokenizer.tokens(s.targets().getFirst())).toList();
    return Facts.none()
        .with(SOURCE, vocabulary(sources, selection))
        .with(TARGET, vocabulary(targets, selection));
  }

  private static Vocabulary vocabulary(List<List<String>> words, Vocabulary.Selection selection) {
    return Vocabulary.ofTokens(words, selection)
        .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END);
  }

  /** Returns the token that begins a translation. */
  public int begin() {
    return target.index(Vocabulary.BEGIN);
  }

  /** Returns the token that ends a translation. */
  public int end() {
    return target.index(Vocabulary.END);
  }

  /** Makes a batch of sentences and the first translation of each, each word after those before. */
  public Batch batch(List<TranslatedSentence> sentences) {
    var written = sentences.stream().map(s -> tokenizer.tokens(s.targets().getFirst())).toList();
    return TeacherForcing.batch(target, written).with(SOURCE, sources(sentences));
  }

  /** Returns what the encoder reads of sentences. */
  public Sequences sources(List<TranslatedSentence> sentences) {
    return Sequences.ofTokens(sentences.stream().map(s -> source.encode(read(s))).toList());
  }

  private List<String> read(TranslatedSentence sentence) {
    var words = new ArrayList<>(tokenizer.tokens(sentence.source()));
    words.add(Vocabulary.END);
    return words;
  }

  /** Returns the outcomes of sentences, with their scores where translations are known. */
  public List<Outcome> outcomes(List<TranslatedSentence> sentences, List<Hypothesis> translations) {
    return IntStream.range(0, sentences.size())
        .mapToObj(i -> outcome(sentences.get(i), translations.get(i)))
        .toList();
  }

  private Outcome outcome(TranslatedSentence sentence, Hypothesis translation) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put(SOURCE, sentence.source());
    fields.put(TRANSLATION, tokenizer.join(written(sentence, translation)));
    fields.put("log_probability", Numbers.rounded(translation.logProbability(), 4));
    return scored(fields, sentence);
  }

  /** Returns the words; for an unknown one, the word of the source that was looked at most. */
  private List<String> written(TranslatedSentence sentence, Hypothesis translation) {
    var read = tokenizer.tokens(sentence.source());
    var words = new ArrayList<>(target.decode(translation.toArray()));
    for (int t = 0; t < words.size(); t++) {
      int looked = translation.attendedMost(t);
      if (words.get(t).equals(Vocabulary.UNKNOWN) && looked >= 0 && looked < read.size()) {
        words.set(t, read.get(looked));
      }
    }
    words.removeIf(Vocabulary.UNKNOWN::equals);
    return words;
  }

  private static Outcome scored(Map<String, Object> fields, TranslatedSentence sentence) {
    var references = sentence.targets();
    return references.isEmpty()
        ? Outcome.of(fields)
        : new Outcome(
            fields, List.of(Bleu.statistics(String.valueOf(fields.get(TRANSLATION)), references)));
  }

  /** Returns the scores. */
  public static List<Measure> measures() {
    return List.of(Measures.BLEU);
  }

  /** Returns the outcomes of leaving each sentence as it is. */
  public static List<Outcome> copies(List<TranslatedSentence> sentences) {
    return sentences.stream().map(s -> scored(Map.of(TRANSLATION, s.source()), s)).toList();
  }

  /** Refuses the folder of a run that cannot be drawn beside another one. */
  public static void requireReport(Path folder) throws IOException {
    ScoreByLength.ofRun(Measures.BLEU, folder);
  }

  /**
   * Prints and draws BLEU by the length of the source, and prints BLEU's signature.
   *
   * @param name of the run in the picture
   * @param beside folder of another run to draw beside this one, or null
   */
  public void report(Task.Report<TranslatedSentence> report, String name, @Nullable Path beside)
      throws IOException {
    var lengths = report.examples().stream().mapToInt(this::length).toArray();
    var statistics = report.outcomes().stream().map(o -> o.statistics().getFirst()).toList();
    ScoreByLength.of(Measures.BLEU, lengths, statistics, LENGTHS).report(report, name, beside);
    report.out().println("signature " + Bleu.signatureOfVarying());
  }

  private int length(TranslatedSentence sentence) {
    return tokenizer.tokens(sentence.source()).size();
  }

  /** Chooses a few of the longer sentences, to draw their attention. */
  public List<TranslatedSentence> shown(List<TranslatedSentence> sentences) {
    return sentences.stream().filter(s -> length(s) >= SHOWN_LENGTH).limit(SHOWN).toList();
  }

  /** Draws the attention of sentences as {@code attention-1.png} and so on. */
  public void drawAttention(
      List<TranslatedSentence> sentences, List<Hypothesis> translations, Path folder)
      throws IOException {
    for (int i = 0; i < sentences.size(); i++) {
      var translation = translations.get(i);
      AttentionPicture.draw(
          read(sentences.get(i)),
          target.decode(translation.toArray()),
          translation.attentionMatrix(),
          folder.resolve("attention-" + (i + 1) + ".png"));
    }
  }
}

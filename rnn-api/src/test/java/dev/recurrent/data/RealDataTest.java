package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.real;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads public data sets whose sizes are known. */
class RealDataTest {
  @Test
  void tinyShakespeareHasItsCharactersAndLines() throws IOException {
    Path file = real("tiny-shakespeare").resolve("input.txt");
    String text = TextFile.text(file);
    assertEquals(1_115_394, text.length());
    assertEquals(65, Vocabulary.ofCharacters(List.of(text)).size());
    assertEquals(40_000, TextFile.lines(file, Rows.failing()).size());
  }

  @Test
  void bytePairsGiveShakespeareBackInFewerTokens() throws IOException {
    String text = TextFile.text(real("tiny-shakespeare").resolve("input.txt"));
    var pairs = BytePairs.learn(List.of(text), 1000);
    assertEquals(1000, pairs.merges().size());
    var tokens = pairs.tokens(text);
    assertEquals(text, pairs.join(tokens));
    assertTrue(tokens.size() < text.length() / 2, () -> tokens.size() + " tokens");
  }

  @Test
  void pennTreebankHasItsTokensAndTypes() throws IOException {
    var sentences =
        TextFile.lines(real("ptb").resolve("ptb.train.txt.gz"), Rows.failing()).stream()
            .map(Tokenizer.whitespace()::tokens)
            .toList();
    assertEquals(42_068, sentences.size());
    assertEquals(929_589 - 42_068, sentences.stream().mapToInt(List::size).sum());
    var vocabulary =
        Vocabulary.ofTokens(sentences, Vocabulary.Selection.ALL)
            .withSpecials(Vocabulary.UNKNOWN, Vocabulary.END);
    assertEquals(10_000, vocabulary.size());
    assertEquals(vocabulary.tokens(), Vocabulary.parse(vocabulary.toText()).tokens());
  }

  @ParameterizedTest
  @CsvSource({"imdb-train.tsv.gz, 5844680", "imdb-test.tsv.gz, 5713167"})
  void movieReviewsAreHalfPositive(String name, int words) throws IOException {
    var rows = Rows.failing();
    var table = Table.read(real("imdb").resolve(name), rows);
    assertEquals(25_000, table.rows().size());
    var labels = rows.map(table.rows(), row -> row.integer("label"));
    assertEquals(12_500, labels.stream().mapToInt(label -> label).sum());
    assertEquals(
        words,
        table.rows().stream()
            .mapToInt(row -> Tokenizer.whitespace().tokens(row.text("review")).size())
            .sum());
  }

  @Test
  void translationsSplitByTheirSource() throws IOException {
    var pairs = SentencePairs.read(real("eng-fra").resolve("fra.txt.gz"), Rows.failing());
    assertEquals(167_130, pairs.size());
    assertEquals(new SentencePair("Go.", "Va !"), pairs.getFirst());
    var sources = new HashSet<>(pairs.stream().map(SentencePair::source).toList());
    assertEquals(116_830, sources.size());
    var parts = Splits.byKey(pairs, SentencePair::source, 1, 0.9, 0.1);
    var trained = new HashSet<>(parts.getFirst().stream().map(SentencePair::source).toList());
    assertTrue(parts.get(1).stream().noneMatch(pair -> trained.contains(pair.source())));
    assertEquals(16_713, parts.get(1).size(), 100);
  }

  @ParameterizedTest
  @CsvSource({"train, 12544, 204577", "dev, 2001, 25147", "test, 2077, 25094"})
  void englishTreebankHasItsSentencesAndWords(String part, int sentences, int words)
      throws IOException {
    Path file = real("ud-english-ewt").resolve("en_ewt-ud-" + part + ".conllu.gz");
    var read = ConllU.read(file, Rows.failing());
    assertEquals(sentences, read.size());
    assertEquals(words, read.stream().mapToInt(sentence -> sentence.words().size()).sum());
    var tags = read.stream().map(ConllU.Sentence::universalTags).toList();
    assertEquals(17, Vocabulary.ofTokens(tags, Vocabulary.Selection.ALL).size());
  }

  @ParameterizedTest
  @CsvSource({
    "daily-min-temperatures.csv, Temp, 3650",
    "daily-max-temperatures.csv, Temperature, 3650",
    "airline-passengers.csv, Passengers, 144",
    "monthly-sunspots.csv, Sunspots, 2820",
    "DailyDelhiClimateTrain.csv, meanpressure, 1462",
    "DailyDelhiClimateTest.csv, meantemp, 114"
  })
  void timeSeriesAreNumbers(String name, String column, int count) throws IOException {
    var rows = Rows.failing();
    var table = Table.read(real("time-series").resolve(name), rows);
    assertEquals(count, rows.map(table.rows(), row -> row.number(column)).size());
  }

  @Test
  void weatherHasGapsThatCanBeSkippedOrSeen() throws IOException {
    Path file = real("time-series").resolve("Chennai_1990_2022_Madras.csv");
    var rows = Rows.skipping();
    var table = Table.read(file, rows);
    assertEquals(11_894, table.rows().size());
    assertEquals(11_894 - 27, rows.map(table.rows(), row -> row.number("tavg")).size());
    assertEquals(27, rows.skipped());
    var values = rows.map(table.rows(), row -> row.optionalNumber("tmin"));
    assertEquals(3_084, values.stream().filter(OptionalDouble::isEmpty).count());
  }

  @Test
  void foodReviewsAreQuotedCsv() throws IOException {
    var rows = Rows.failing();
    var table = Table.read(real("amazon-fine-food").resolve("reviews.csv.gz"), rows);
    assertEquals(7_980, table.rows().size());
    var scores = rows.map(table.rows(), row -> row.integer("Score"));
    assertEquals(5_048, scores.stream().filter(score -> score == 5).count());
    assertEquals(
        607_870,
        table.rows().stream()
            .mapToInt(row -> Tokenizer.whitespace().tokens(row.text("Text")).size())
            .sum());
  }

  @Test
  void namesAreLabelledByLanguage() throws IOException {
    var names = LabelledFiles.read(real("names"), Rows.failing());
    assertEquals(20_050, names.size());
    assertEquals(18, names.stream().map(LabelledText::label).distinct().count());
    assertEquals(73, names.stream().filter(name -> name.label().equals("Vietnamese")).count());
    assertEquals(
        83, Vocabulary.ofCharacters(names.stream().map(LabelledText::text).toList()).size());
  }

  @Test
  void mnistHasItsImagesAndLabels() throws IOException {
    Path folder = real("mnist");
    var training = LabelledImages.read(LabelledImages.find(folder, "train"));
    var test = LabelledImages.read(LabelledImages.find(folder, "t10k"));
    assertEquals(60_000, training.size());
    assertEquals(10_000, test.size());
    assertEquals(28, test.rows());
    assertEquals(28, test.columns());
    assertEquals(7, test.all().get(0).label());
    assertEquals(10, training.all().stream().map(LabelledImage::label).distinct().count());
  }

  @Test
  void flickrHasFiveCaptionsOfEachImage() throws IOException {
    var captions =
        KeyedTexts.read(real("flickr8k-captions").resolve("Flickr8k.token.txt.gz"), Rows.failing());
    assertEquals(40_460, captions.size());
    assertEquals(8_092, captions.stream().map(KeyedText::key).distinct().count());
  }

  @ParameterizedTest
  @CsvSource({
    "daily-min-temperatures.csv, Temp, 3650, DAYS, 0",
    "daily-max-temperatures.csv, Temperature, 3650, DAYS, 0",
    "Chennai_1990_2022_Madras.csv, tavg, 11894, DAYS, 27",
    "airline-passengers.csv, Passengers, 144, MONTHS, 0",
    "monthly-sunspots.csv, Sunspots, 2820, MONTHS, 0",
    "DailyDelhiClimateTrain.csv, meantemp, 1462, DAYS, 0"
  })
  void seriesHaveTheirTimesAndGaps(
      String name, String column, int length, Clock clock, long missing) throws IOException {
    var rows = Rows.skipping();
    var columns = new Series.Columns(List.of(column), "");
    var series = Series.read(real("time-series").resolve(name), columns, rows);
    assertEquals(length, series.length());
    assertEquals(clock, series.clock());
    assertEquals(missing, rows.skipped());
  }

  @Test
  void choralesHaveTheirParts() throws IOException {
    var parts =
        PianoRolls.read(real("jsb-chorales").resolve("jsb-chorales-quarter.json"), Rows.failing());
    assertEquals(229, parts.getOrDefault("train", List.of()).size());
    assertEquals(76, parts.getOrDefault("valid", List.of()).size());
    assertEquals(
        4_725,
        parts.getOrDefault("test", List.of()).stream().mapToInt(piece -> piece.length).sum());
  }
}

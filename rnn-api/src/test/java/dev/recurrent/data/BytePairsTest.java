package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairsTest {
  /** The words and counts of Sennrich et al. (2016), algorithm 1. */
  private static final String PAPER =
      "low ".repeat(5) + "lower ".repeat(2) + "newest ".repeat(6) + "widest ".repeat(3);

  @Test
  void learnsThePairsOfThePaper() {
    var merges = BytePairs.learn(List.of(PAPER), 4).merges();
    assertEquals(
        List.of(
            new BytePairs.Merge("e", "s"),
            new BytePairs.Merge("es", "t"),
            new BytePairs.Merge("l", "o"),
            new BytePairs.Merge("lo", "w")),
        merges);
  }

  @Test
  void theOrderOfTextsDoesNotMatter() {
    List<String> texts = new ArrayList<>(List.of(PAPER.split("(?<= )")));
    var merges = BytePairs.learn(texts, 30).merges();
    for (int seed = 0; seed < 5; seed++) {
      Collections.shuffle(texts, new Random(seed));
      assertEquals(merges, BytePairs.learn(texts, 30).merges());
    }
    assertTrue(merges.size() > 10, merges::toString);
  }

  @Test
  void noPairThatOccursOnceIsJoined() {
    assertEquals(
        List.of(new BytePairs.Merge("a", "b")), BytePairs.learn(List.of("ab abc"), 9).merges());
    assertEquals(List.of(), BytePairs.learn(List.of("abc"), 9).merges());
    assertEquals(List.of(), BytePairs.learn(List.of(), 9).merges());
    assertEquals(List.of(), BytePairs.learn(List.of("", "ab ab"), 0).merges());
  }

  @Test
  void mergesAreAppliedInTheOrderInWhichTheyWereLearnt() {
    var pairs = BytePairs.parse("b c\na b\nab c\n");
    assertEquals(List.of("a", "bc"), pairs.tokens("abc"));
    assertEquals(List.of("ab", "ab", "bc"), pairs.tokens("ababbc"));
    assertEquals(List.of("aa", "aa", "a"), BytePairs.parse("a a\n").tokens("aaaaa"));
    assertEquals(List.of("aaaa", "a"), BytePairs.parse("a a\naa aa\n").tokens("aaaaa"));
  }

  @Test
  void countsStayRightWhilePairsOverlap() {
    var texts = List.of("aaaa aaa aaaaaaa ", "abab ababab ", "aabb aab ");
    var pairs = BytePairs.learn(texts, 50);
    // A pair that is joined was the most frequent one of the text as the merges before cut it.
    for (int i = 0; i < pairs.merges().size(); i++) {
      var merge = pairs.merges().get(i);
      var before = BytePairs.learn(texts, i);
      long most = 0;
      for (var left : alphabet(before, texts)) {
        for (var right : alphabet(before, texts)) {
          most = Math.max(most, count(before, texts, left, right));
        }
      }
      assertEquals(most, count(before, texts, merge.left(), merge.right()), merge::toString);
      assertTrue(most >= 2);
    }
  }

  private static List<String> alphabet(BytePairs pairs, List<String> texts) {
    return texts.stream().flatMap(text -> pairs.tokens(text).stream()).distinct().toList();
  }

  private static long count(BytePairs pairs, List<String> texts, String left, String right) {
    long count = 0;
    for (var text : texts) {
      for (var word : BytePairs.words(text)) {
        var tokens = pairs.tokens(word);
        for (int i = 0; i + 1 < tokens.size(); i++) {
          count += tokens.get(i).equals(left) && tokens.get(i + 1).equals(right) ? 1 : 0;
        }
      }
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\n",
        "a",
        "  a",
        "a  b ",
        "low lower\n\n newest",
        "\tlow\u00a0low \r\n 😀 low",
        "nie gesehen: ½ß\\n",
        "   low   "
      })
  void joiningGivesTheTextBack(String text) {
    var pairs = BytePairs.learn(List.of(PAPER, "  low\n  low\n😀😀 😀😀"), 20);
    assertEquals(text, pairs.join(pairs.tokens(text)));
    assertEquals(text, String.join("", BytePairs.words(text)));
  }

  @Test
  void mergesStayWithinAWordAndItsSpace() {
    assertEquals(
        List.of("the", " cat", " ", " sat", "\n", "\n", "\t", "on", "  "),
        BytePairs.words("the cat  sat\n\n\ton  "));
    var pairs = BytePairs.learn(List.of("a b a b a b a b"), 9);
    assertEquals(List.of("a", " b", " a", " b"), pairs.tokens("a b a b"));
  }

  @Test
  void isTheSameAfterItsText() {
    var pairs = BytePairs.learn(List.of("a\\n a\\n   b\\ b\\", "  b\r\r \r\r x x"), 20);
    var parsed = BytePairs.parse(pairs.toText());
    assertEquals(pairs.merges(), parsed.merges());
    assertEquals(pairs.toText(), parsed.toText());
    assertTrue(pairs.toText().contains("\\s"), pairs::toText);
    assertTrue(pairs.toText().contains("\\\\"), pairs::toText);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b\na\n", "a b\na b c\n", "a b\n b\n", "a b\na \\x\n", "a b\n\n"})
  void malformedLineIsNamed(String text) {
    var failure = assertThrows(IllegalArgumentException.class, () -> BytePairs.parse(text));
    assertTrue(String.valueOf(failure.getMessage()).startsWith("merges: line 2: "));
  }

  @Test
  void aLongWordIsCutSoon() {
    var pairs = BytePairs.learn(List.of("aaaa\nabab\nabab"), 9);
    var word = "ab".repeat(100_000);
    assertEquals(word, pairs.join(pairs.tokens(word)));
    assertEquals(50_000, pairs.tokens(word).size());
  }
}

package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.Vocabulary.Selection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class VocabularyTest {
  private static final List<List<String>> SEQUENCES =
      List.of(List.of("b", "a", "c", "b"), List.of(), List.of("d", "c", "b", "a"));

  @Test
  void ordersCharactersByCodePoint() {
    var vocabulary = Vocabulary.ofCharacters(List.of("ba\n", "", "\ud83d\ude00\uff5eb"));
    assertEquals(List.of("\n", "a", "b", "\uff5e", "\ud83d\ude00"), vocabulary.tokens());
  }

  @Test
  void ordersTokensByFallingCountAndThenByText() {
    assertEquals(
        List.of("b", "a", "c", "d"), Vocabulary.ofTokens(SEQUENCES, Selection.ALL).tokens());
  }

  @Test
  void takesFrequentTokensOnly() {
    assertEquals(
        List.of("b", "a", "c"), Vocabulary.ofTokens(SEQUENCES, new Selection(2, 9)).tokens());
    assertEquals(List.of("b", "a"), Vocabulary.ofTokens(SEQUENCES, new Selection(1, 2)).tokens());
    assertEquals(0, Vocabulary.ofTokens(SEQUENCES, new Selection(4, 2)).size());
  }

  @Test
  void putsSpecialsInFrontAndMovesThoseItHas() {
    var vocabulary = Vocabulary.of(List.of("a", "<unk>", "b")).withSpecials("<pad>", "<unk>");
    assertEquals(List.of("<pad>", "<unk>", "a", "b"), vocabulary.tokens());
    assertEquals(1, vocabulary.index("zebra"));
    assertFalse(vocabulary.has("zebra"));
    assertTrue(vocabulary.has("b"));
  }

  @Test
  void encodesAndDecodes() {
    var vocabulary = Vocabulary.ofTokens(SEQUENCES, Selection.ALL);
    int[] indices = vocabulary.encode(List.of("d", "b", "b"));
    assertArrayEquals(new int[] {3, 0, 0}, indices);
    assertEquals(List.of("d", "b", "b"), vocabulary.decode(indices));
    assertArrayEquals(new int[0], vocabulary.encode(List.of()));
  }

  @Test
  void refusesWhatItDoesNotHave() {
    var vocabulary = Vocabulary.of(List.of("a", "b"));
    assertRefused(
        "token: expected one of the 2 of the vocabulary, got \"\\u000a\"",
        () -> vocabulary.index("\n"));
    assertRefused("index: expected one from 0 to 1, got 2", () -> vocabulary.token(2));
    assertRefused(
        "index: expected one from 0 to 1, got -1", () -> vocabulary.decode(new int[] {-1}));
    assertRefused(
        "vocabulary: expected different tokens, got \"<bos>\" twice",
        () -> vocabulary.withSpecials("<bos>", "<bos>"));
    assertRefused(
        "selection: expected a minimum count and a maximum size of at least 1, got 0 and 1",
        () -> new Selection(0, 1));
  }

  @Test
  void anyTokenSurvivesAsText() {
    var tokens =
        List.of(
            "", "a", "\n", "\r", "\\", "\\n", "a\r\nb", " ", "\t", "\u0085", "\u2028", "é", "😀");
    assertEquals(tokens, Vocabulary.parse(Vocabulary.of(tokens).toText()).tokens());
    assertEquals("\na\n\\n\n\\\\n\n", Vocabulary.of(List.of("", "a", "\n", "\\n")).toText());
    assertEquals(0, Vocabulary.parse(Vocabulary.of(List.of()).toText()).size());
  }

  @Test
  void refusesTextOfAnotherForm() {
    assertRefused(
        "vocabulary: line 2: expected a line feed at its end, got the end of the text",
        () -> Vocabulary.parse("a\nb"));
    assertRefused(
        "vocabulary: line 1: expected n, r, s or \\ after each backslash, got \"a\\x\"",
        () -> Vocabulary.parse("a\\x\n"));
    assertRefused(
        "vocabulary: line 1: expected n, r, s or \\ after each backslash, got \"\\\"",
        () -> Vocabulary.parse("\\\n"));
    assertRefused(
        "vocabulary: expected different tokens, got \"a\" twice", () -> Vocabulary.parse("a\na\n"));
  }

  private static void assertRefused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}

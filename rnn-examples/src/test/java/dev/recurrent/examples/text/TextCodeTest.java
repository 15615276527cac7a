package dev.recurrent.examples.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cuts texts with long lines, and texts into parts. */
final class TextCodeTest {
  private static final int LINE = 100_000; // longer than the pieces in which a line is cut

  /** Makes a line of words parted by runs of spaces and tabs, with characters beyond U+FFFF. */
  private static String line(int length) {
    var random = new SplittableRandom(1);
    String[] pieces = {"a", "b", "the", "é", "😀", " ", "  ", "\t", " \t ", "dog"};
    var line = new StringBuilder();
    while (line.length() < length) {
      line.append(pieces[random.nextInt(pieces.length)]);
    }
    return line.toString();
  }

  @ParameterizedTest
  @EnumSource
  void longLineHasTheTokensOfTheWholeLine(TokenKind kind) {
    var text = new Text("text", line(LINE) + "\n" + line(LINE) + "\n");
    var code = TextCode.learn(new TextCode.Rule(kind, 1, 20), List.of(text));
    var whole = new ArrayList<String>();
    for (var part : text.content().split("(?<=\n)", -1)) {
      whole.addAll(code.tokenizer().tokens(part));
    }
    assertArrayEquals(code.vocabulary().encode(whole), code.encode(text));
  }

  @Test
  void unknownCharacterOfALongTextIsNamedWithItsLine() {
    var code =
        TextCode.learn(
            new TextCode.Rule(TokenKind.CHARACTER, 1, 0),
            List.of(new Text("t", line(LINE) + "\n")));
    var other = new Text("other", line(LINE) + "\n" + line(LINE) + "?\n");
    var refused = assertThrows(IllegalArgumentException.class, () -> code.encode(other));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("other: line 2: "));
  }

  @Test
  void wordsOfOneLineArePartedBetweenWords() {
    var text = new Text("t", "one two three four five six seven eight nine ten\n");
    var parts = text.split(TokenKind.WORD, 0.5, 0.5);
    assertEquals("one two three four five six ", parts.getFirst().getFirst().content());
    assertEquals("seven eight nine ten\n", parts.getLast().getFirst().content());
    var lines = new Text("t", "one two\nthree four\nfive six\n").split(TokenKind.WORD, 0.5, 0.5);
    assertEquals("five six\n", lines.getLast().getFirst().content());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Text("t", "oneword\n").split(TokenKind.WORD, 0.5, 0.5));
  }

  @Test
  void endOfALineIsAToken() {
    var text = new Text("t", "a b\n");
    var code = TextCode.learn(new TextCode.Rule(TokenKind.WORD, 1, 0), List.of(text));
    assertEquals(List.of("a", "b", Vocabulary.END), code.vocabulary().decode(code.encode(text)));
  }
}

package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static final Tokenizer WORDS = Tokenizer.words(LetterCase.KEEP);

  @Test
  void charactersAreCodePoints() {
    assertEquals(List.of("a", " ", "😀", "\n"), Tokenizer.characters().tokens("a 😀\n"));
    assertEquals("a 😀\n", Tokenizer.characters().join(List.of("a", " ", "😀", "\n")));
  }

  @Test
  void whitespaceCutsAtSpacesOfAnyKind() {
    assertEquals(
        List.of("a", "<unk>", "b.", "c", "d", "e"),
        Tokenizer.whitespace().tokens(" a  <unk>\tb.\u00a0c\u0085d\u202fe\r\n"));
    assertEquals("a b.", Tokenizer.whitespace().join(List.of("a", "b.")));
  }

  @Test
  void lineEndsAreTokensOfTheirOwn() {
    var tokens = List.of("a", "b", "<eos>", "<eos>", "c", "<eos>", "d");
    assertEquals(tokens, Tokenizer.whitespaceLines().tokens(" a b \n \nc\r\n d"));
    assertEquals("a b\n\nc\nd", Tokenizer.whitespaceLines().join(tokens));
    assertEquals(List.of("<eos>"), Tokenizer.whitespaceLines().tokens("\n"));
  }

  @Test
  void wordsKeepApostrophesAndHyphensInside() {
    assertEquals(
        List.of("I", "don't", "know", "peut-être", "l’eau", "rock", "'", "n", "'", "-", "roll"),
        WORDS.tokens("I don't know peut-être l’eau rock 'n' -roll"));
    assertEquals(List.of("a", "-", "-", "b", "'"), WORDS.tokens("a--b'"));
    assertEquals(List.of("e\u0301t\u00e9", "R2-D2", "½"), WORDS.tokens("e\u0301t\u00e9 R2-D2 ½"));
  }

  @Test
  void cliticsEndAtTheApostrophe() {
    var tokenizer = Tokenizer.clitics(LetterCase.KEEP);
    String text = "Aujourd'hui, l’eau n'est qu'à peut-être d'a";
    var tokens =
        List.of(
            "Aujourd'", "hui", ",", "l’", "eau", "n'", "est", "qu'", "à", "peut-être", "d'", "a");
    assertEquals(tokens, tokenizer.tokens(text));
    assertEquals(text, tokenizer.join(tokens));
    assertEquals(List.of("rock", "'", "n", "'", "b", "'"), tokenizer.tokens("rock 'n' b'"));
    assertEquals("rock ' n ' b", tokenizer.join(List.of("rock", "'", "n", "'", "b")));
    assertEquals(List.of("l'", "é"), Tokenizer.clitics(LetterCase.LOWER).tokens("L'É"));
  }

  @Test
  void everyPunctuationMarkIsAToken() {
    assertEquals(
        List.of("Wait", ".", ".", ".", "what", "?", "!", "(", "3", ".", "5", "😀", "<", "b"),
        WORDS.tokens("Wait... what?!(3.5 😀<b"));
  }

  @Test
  void noBreakSpacesAndHtmlLineBreaksPartWords() {
    assertEquals(
        List.of("Va", "!", "Où", "?", "a", ":"), WORDS.tokens("Va\u00a0! Où\u202f? a\u2009:"));
    assertEquals(List.of("a", "b", "c", "d"), WORDS.tokens("a<br />b<BR>c<br/><br   />d"));
    assertEquals(List.of("<", "broom", ">", "<", "br"), WORDS.tokens("<broom> <br"));
  }

  @Test
  void lowerCaseIsTheSameInEveryCountry() {
    assertEquals(List.of("title", "é"), Tokenizer.words(LetterCase.LOWER).tokens("TITLE É"));
  }

  @Test
  void joiningPutsMarksWhereTheyBelong() {
    String text = "He said (twice): \"No, I don't!\" Then \"yes\".";
    assertEquals(text, WORDS.join(WORDS.tokens(text)));
    assertEquals("", WORDS.join(List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\u00a0", "<br />"})
  void noWordsAreInSpaces(String text) {
    assertEquals(List.of(), WORDS.tokens(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "characters",
        "whitespace",
        "whitespace-lines",
        "words",
        "words-lower",
        "clitics",
        "clitics-lower"
      })
  void isFoundByItsName(String name) {
    assertEquals(name, Tokenizer.named(name).name());
    assertEquals(List.of(), Tokenizer.named(name).tokens(""));
  }

  @Test
  void refusesAnUnknownName() {
    var failure = assertThrows(IllegalArgumentException.class, () -> Tokenizer.named("bpe"));
    assertEquals(
        "tokenizer: expected characters, whitespace, whitespace-lines, words, words-lower, clitics"
            + " or clitics-lower, got bpe",
        failure.getMessage());
  }

  @Test
  void aLongChainOfHyphensIsOneWord() {
    String chain = "a-".repeat(100_000) + "a";
    assertEquals(List.of(chain), WORDS.tokens(chain));
  }
}

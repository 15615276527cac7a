package dev.recurrent.examples.context;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.context.ContextGrammar.Part;
import dev.recurrent.examples.context.ContextText.Asked;
import dev.recurrent.tape.Sequences;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextGrammarTest {
  private static final int CLASSES = ContextGrammar.CLASSES;

  private static List<ContextText> texts(int gap, Part part, int count) {
    var grammar = new ContextGrammar(gap);
    return LongStream.range(0, count).mapToObj(i -> grammar.text(part, i, 1)).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 23, 100, 1000})
  void tellingWordsStandExactlyAsFarBeforeTheWordsToBeSaid(int gap) {
    for (var part : Part.values()) {
      for (var text : texts(gap, part, 2 * CLASSES)) {
        var words = text.words();
        int far = ContextGrammar.LANGUAGES.indexOf(words.get(text.far()));
        int near = ContextGrammar.PLACES.indexOf(words.get(text.near()));
        assertTrue(far >= 0 && near >= 0, words::toString);
        assertEquals(ContextGrammar.COUNTRIES.get(far), words.get(text.far() - gap - 1));
        assertEquals(
            ContextGrammar.THINGS.get(near), words.get(text.near() - ContextGrammar.NEAR_GAP - 1));
      }
    }
  }

  @Test
  void eachPairOfAFarAndANearWordIsAsFrequentAsTheOthersInBothParts() {
    for (var part : Part.values()) {
      var counts = new TreeMap<String, Integer>();
      for (var text : texts(5, part, 2 * CLASSES * CLASSES)) {
        counts.merge(
            text.words().get(text.far()) + " " + text.words().get(text.near()), 1, Integer::sum);
      }
      assertEquals(CLASSES * CLASSES, counts.size());
      assertEquals(Set.of(2), new HashSet<>(counts.values()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 20})
  void nothingButTheTellingWordsDependsOnTheWordsToBeSaid(int gap) {
    var grammar = new ContextGrammar(gap);
    for (int seed = 0; seed < 50; seed++) {
      var one = grammar.draw(0, 0, new SplittableRandom(seed));
      for (int other = 1; other < CLASSES; other++) {
        assertEquals(
            Set.of(one.far() - gap - 1, one.far()),
            differences(one, grammar.draw(other, 0, new SplittableRandom(seed))));
        assertEquals(
            Set.of(one.near() - ContextGrammar.NEAR_GAP - 1, one.near()),
            differences(one, grammar.draw(0, other, new SplittableRandom(seed))));
      }
    }
  }

  private static Set<Integer> differences(ContextText one, ContextText other) {
    assertEquals(one.far(), other.far());
    assertEquals(one.near(), other.near());
    assertEquals(one.words().size(), other.words().size());
    var places = new TreeSet<Integer>();
    for (int i = 0; i < one.words().size(); i++) {
      if (!one.words().get(i).equals(other.words().get(i))) {
        places.add(i);
      }
    }
    return places;
  }

  @Test
  void wordsThatTellAndWordsToBeSaidStandNowhereElse() {
    var telling =
        Stream.of(
                ContextGrammar.COUNTRIES,
                ContextGrammar.LANGUAGES,
                ContextGrammar.THINGS,
                ContextGrammar.PLACES)
            .flatMap(List::stream)
            .toList();
    assertEquals(4 * CLASSES, new HashSet<>(telling).size());
    for (var text : texts(100, Part.TRAINING, 200)) {
      assertEquals(4, text.words().stream().filter(telling::contains).count(), text::toString);
    }
  }

  @Test
  void whichPartATextIsInDoesNotTellItsWords() {
    // The words around would tell much if the part were, say, a sum over all words modulo 4: of
    // the texts with the same words around, the parts would then follow one of 4 patterns.
    var grammar = new ContextGrammar(10);
    var patterns = new HashSet<List<Part>>();
    int tests = 0;
    for (int seed = 0; seed < 200; seed++) {
      var pattern = new ArrayList<Part>();
      for (int far = 0; far < CLASSES; far++) {
        pattern.add(ContextGrammar.part(grammar.draw(far, 0, new SplittableRandom(seed))));
      }
      patterns.add(pattern);
      tests += Collections.frequency(pattern, Part.TEST);
    }
    assertTrue(patterns.size() > 40, patterns::toString);
    assertEquals(200 * CLASSES / 4.0, tests, 80); // four standard deviations, about
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 20})
  void noTextIsInBothParts(int gap) {
    var training = new HashSet<>(texts(gap, Part.TRAINING, 4000));
    var tests = texts(gap, Part.TEST, 512);
    assertTrue(Collections.disjoint(training, tests));
    assertTrue(new HashSet<>(tests).size() > 450);
  }

  @Test
  void textsAreTheSameForTheSameSeedOnly() {
    var grammar = new ContextGrammar(20);
    assertEquals(grammar.text(Part.TEST, 7, 1), grammar.text(Part.TEST, 7, 1));
    assertNotEquals(grammar.text(Part.TEST, 7, 1), grammar.text(Part.TEST, 7, 2));
    assertNotEquals(grammar.text(Part.TEST, 7, 1), grammar.text(Part.TEST, 7 + 64, 1));
  }

  @Test
  void eitherSentenceMayComeFirst() {
    var texts = texts(2, Part.TRAINING, 200);
    long nearFirst = texts.stream().filter(text -> text.near() < text.far()).count();
    assertEquals(100, nearFirst, 30);
  }

  @Test
  void gapsThatTheGrammarCannotMakeAreRefused() {
    for (int gap : new int[] {Integer.MIN_VALUE, 1, 1001}) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> new ContextGrammar(gap).hashCode());
      assertEquals("gap: expected 2 to 1000 words, got " + gap, error.getMessage());
    }
  }

  @Test
  void onlyTheWordsThatAreAskedForAreTargets() {
    var text =
        new ContextText(List.of("clouds", "are", "in", "the", "sky", "france", "french"), 4, 6);
    var words = ContextGrammar.VOCABULARY;
    int none = Sequences.IGNORED;
    int sky = words.index("sky");
    int french = words.index("french");
    assertEquals(text.words().subList(0, 6), words.decode(text.inputs()));
    assertArrayEquals(new int[] {none, none, none, sky, none, none}, text.targets(Asked.NEAR));
    assertArrayEquals(new int[] {none, none, none, none, none, french}, text.targets(Asked.FAR));
    assertArrayEquals(new int[] {none, none, none, sky, none, french}, text.targets(Asked.BOTH));
  }
}

package dev.recurrent.examples.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Numbers the characters of a text, sorted by code point. */
public final class Vocabulary {
  private final int[] characters;
  private final Map<Integer, Integer> tokens = new HashMap<>();

  private Vocabulary(int[] characters) {
    this.characters = characters;
    for (int i = 0; i < characters.length; i++) {
      tokens.put(characters[i], i);
    }
  }

  /** Collects the characters of a text. */
  public static Vocabulary of(int[] text) {
    return new Vocabulary(Arrays.stream(text).distinct().sorted().toArray());
  }

  /** Returns the vocabulary that {@link #toString()} wrote. */
  public static Vocabulary parse(String characters) {
    return of(characters.codePoints().toArray());
  }

  /** Returns the number of characters. */
  public int size() {
    return characters.length;
  }

  /** Tells whether a character has a number. */
  public boolean has(int character) {
    return tokens.containsKey(character);
  }

  /** Returns the character of a token. */
  public int character(int token) {
    return characters[token];
  }

  /**
   * Returns the tokens of characters.
   *
   * @throws IllegalArgumentException if one is not in the vocabulary
   */
  public int[] encode(int[] text) {
    var encoded = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      var token = tokens.get(text[i]);
      if (token == null) {
        throw new IllegalArgumentException(
            "character %d: expected one of the %d that the model knows, got \"%s\" (U+%04X)"
                .formatted(i + 1, size(), Character.toString(text[i]), text[i]));
      }
      encoded[i] = token;
    }
    return encoded;
  }

  /** Returns all characters in their order. */
  @Override
  public String toString() {
    return new String(characters, 0, characters.length);
  }
}

package dev.recurrent.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that a caller may have meant. */
public final class NearNames {
  private static final int MAX_RESULTS = 3;
  private static final int MAX_NAMES = 10_000; // of a huge file the first ones are enough
  private static final int MAX_LENGTH = 200;

  private record Scored(String name, int score) {}

  private NearNames() {}

  /**
   * Returns up to three names close to the wanted one, the closest first: the same but for case,
   * one with a prefix more or less, or at most a third of the characters mistyped.
   */
  public static List<String> of(String wanted, Collection<String> names) {
    if (wanted.length() > MAX_LENGTH) {
      return List.of();
    }
    String lower = wanted.toLowerCase(Locale.ROOT);
    List<Scored> near = new ArrayList<>();
    names.stream()
        .limit(MAX_NAMES)
        .filter(name -> name.length() <= MAX_LENGTH)
        .forEach(name -> near.add(new Scored(name, score(lower, name.toLowerCase(Locale.ROOT)))));
    return near.stream()
        .filter(scored -> scored.score <= 2 + wanted.length() / 3)
        .sorted(Comparator.comparingInt(Scored::score))
        .limit(MAX_RESULTS)
        .map(Scored::name)
        .toList();
  }

  private static int score(String wanted, String name) {
    boolean prefixed = name.endsWith("." + wanted) || wanted.endsWith("." + name);
    return prefixed ? 1 : editDistance(wanted, name);
  }

  /** Computes the Levenshtein distance, row by row. */
  private static int editDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}

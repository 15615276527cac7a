package dev.recurrent.score;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes corpus BLEU-4 (Papineni et al. 2002) as sacreBLEU defines it (Post 2018): case kept, the
 * {@link Tokenizer13a}, no effective order, and exponential smoothing, by which the i-th order
 * without a match counts as 1 / 2ⁱ matches. BLEU is {@code BP exp(¼ Σ log pₙ)}, with the n-gram
 * precisions pₙ of the whole corpus, clipped by the references, and the brevity penalty {@code BP =
 * min(1, exp(1 - reference length / length))}. This is an implementation of this project's own; its
 * values are sacreBLEU's.
 */
public final class Bleu {
  private static final int ORDER = 4;

  /** The size of an example's row: matches and n-grams of four orders, and two lengths. */
  static final int SUMS = 2 * ORDER + 2;

  private static final int LENGTH = 2 * ORDER;
  private static final int REFERENCE_LENGTH = 2 * ORDER + 1;

  private Bleu() {}

  /** Returns what to print beside a value, so that others know what was computed. */
  public static String signature(int references) {
    return signature(String.valueOf(references));
  }

  /**
   * Returns what to print beside a value where segments have different numbers of references: each
   * has its own, as in sacreBLEU.
   */
  public static String signatureOfVarying() {
    return signature("var");
  }

  private static String signature(String references) {
    return "nrefs:" + references + "|case:mixed|eff:no|tok:13a|smooth:exp|version:recurrent-1";
  }

  /**
   * Returns the statistics of one segment: of each order the n-grams that match and all, the length
   * in tokens, and that of the reference that is closest (of equally close ones the shorter).
   *
   * @param references at least one translation
   */
  public static double[] statistics(String hypothesis, List<String> references) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("references: expected at least one, got none");
    }
    var tokens = Tokenizer13a.tokenize(hypothesis);
    var sums = new double[SUMS];
    var most = new HashMap<List<String>, Integer>();
    int closest = -1;
    for (var reference : references) {
      var itsTokens = Tokenizer13a.tokenize(reference);
      ngrams(itsTokens).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
      closest = closer(tokens.size(), closest, itsTokens.size());
    }
    ngrams(tokens)
        .forEach(
            (ngram, count) -> {
              int order = ngram.size() - 1;
              sums[order] += Math.min(count, most.getOrDefault(ngram, 0));
              sums[ORDER + order] += count;
            });
    sums[LENGTH] = tokens.size();
    sums[REFERENCE_LENGTH] = closest;
    return sums;
  }

  /** Returns BLEU in percent, given the sums over a corpus. */
  static double score(double[] sums) {
    double logSum = 0;
    double smoothing = 1;
    boolean anyMatch = false;
    for (int n = 0; n < ORDER; n++) {
      double matches = sums[n];
      double all = sums[ORDER + n];
      if (all == 0) {
        return 0;
      }
      if (matches == 0) {
        smoothing *= 2;
        matches = 1 / smoothing;
      } else {
        anyMatch = true;
      }
      logSum += Math.log(100 * matches / all);
    }
    double ratio = sums[REFERENCE_LENGTH] / sums[LENGTH];
    return anyMatch ? Math.exp(Math.min(0, 1 - ratio) + logSum / ORDER) : 0;
  }

  private static Map<List<String>, Integer> ngrams(List<String> tokens) {
    var counts = new HashMap<List<String>, Integer>();
    for (int n = 1; n <= ORDER; n++) {
      for (int i = 0; i + n <= tokens.size(); i++) {
        counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static int closer(int length, int a, int b) {
    if (a < 0) {
      return b;
    }
    int byDistance = Integer.compare(Math.abs(a - length), Math.abs(b - length));
    return byDistance < 0 || (byDistance == 0 && a < b) ? a : b;
  }
}

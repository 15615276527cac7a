package dev.recurrent.score;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Counts how often each class was taken for each. Precision of a class is the share of its
 * predictions that are right, recall the share of its examples that are found, F1 their harmonic
 * mean; each is 0 where it would be 0 / 0. Not thread-safe.
 */
public final class ConfusionMatrix {
  private final List<String> classes;
  private final double[] counts; // [true, predicted]

  /** Starts with no examples. */
  public ConfusionMatrix(List<String> classes) {
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("classes: expected at least one, got none");
    }
    this.classes = List.copyOf(classes);
    counts = new double[Math.multiplyExact(classes.size(), classes.size())];
  }

  /** Counts predictions against targets; negative targets do not count. */
  public ConfusionMatrix add(int[] predicted, int[] target) {
    for (double pair : Statistics.confusions(predicted, target, classes.size())) {
      counts[(int) pair]++;
    }
    return this;
  }

  /** Returns the names of the classes. */
  public List<String> classes() {
    return classes;
  }

  /** Returns how often {@code target} was taken for {@code predicted}. */
  public long count(int predicted, int target) {
    return (long) counts[cell(predicted, target, classes.size())];
  }

  /** Returns the share of all that is right; NaN where nothing was counted. */
  public double accuracy() {
    double right = IntStream.range(0, classes.size()).mapToDouble(this::right).sum();
    return right / DoubleStream.of(counts).sum();
  }

  /** Returns the share of the predictions of a class that are right. */
  public double precision(int k) {
    return share(right(k), predicted(k));
  }

  /** Returns the share of the examples of a class that are found. */
  public double recall(int k) {
    return share(right(k), examples(k));
  }

  /** Returns the harmonic mean of precision and recall. */
  public double f1(int k) {
    return ClassCounts.f1(right(k), predicted(k), examples(k));
  }

  /**
   * Returns the mean F1 of the classes that occur or are predicted; NaN where nothing was counted.
   */
  public double macroF1() {
    return ClassCounts.meanOfF1(
        IntStream.range(0, classes.size())
            .filter(k -> predicted(k) + examples(k) > 0)
            .mapToDouble(this::f1));
  }

  /** Writes a table: a row for each true class, with counts, precision, recall and F1. */
  public String toTable() {
    int width = classes.stream().mapToInt(String::length).max().orElse(0);
    width = Math.max(width, "true \\ predicted".length());
    int column =
        Math.max(
            DoubleStream.of(counts).mapToInt(c -> Long.toString((long) c).length()).max().orElse(1),
            classes.stream().mapToInt(String::length).max().orElse(1));
    var text = new StringBuilder(padded("true \\ predicted", -width));
    classes.forEach(name -> text.append("  ").append(padded(name, column)));
    text.append("  precision  recall     F1\n");
    for (int k = 0; k < classes.size(); k++) {
      text.append(padded(classes.get(k), -width));
      for (int p = 0; p < classes.size(); p++) {
        text.append("  ").append(padded(Long.toString(count(p, k)), column));
      }
      text.append(
          String.format(Locale.ROOT, "  %9.3f  %6.3f  %5.3f%n", precision(k), recall(k), f1(k)));
    }
    text.append(
        String.format(Locale.ROOT, "accuracy %.4f, macro F1 %.4f%n", accuracy(), macroF1()));
    return text.toString();
  }

  @Override
  public String toString() {
    return toTable();
  }

  private double right(int k) {
    return counts[cell(k, k, classes.size())];
  }

  /** Returns where a pair is counted, or refuses a class that there is not. */
  static int cell(int predicted, int target, int classes) {
    requireClass("predicted", predicted, classes);
    requireClass("target", target, classes);
    return target * classes + predicted;
  }

  private static void requireClass(String name, int k, int classes) {
    if (k < 0 || k >= classes) {
      throw new IllegalArgumentException(
          name + ": expected a class from 0 to " + (classes - 1) + ", got " + k);
    }
  }

  private double predicted(int k) {
    return IntStream.range(0, classes.size()).mapToDouble(t -> count(k, t)).sum();
  }

  private double examples(int k) {
    return IntStream.range(0, classes.size()).mapToDouble(p -> count(p, k)).sum();
  }

  private static double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
  }

  private static String padded(String text, int width) {
    return String.format(Locale.ROOT, "%" + width + "s", text);
  }
}

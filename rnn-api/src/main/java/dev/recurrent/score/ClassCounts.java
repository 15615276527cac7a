package dev.recurrent.score;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The predictions of examples as pairs of classes, and for a choice of the examples how often each
 * class is right, predicted and a target.
 */
final class ClassCounts {
  private final int classes;
  private final int[] starts; // of each example's pairs; [examples + 1]
  private final int[] predicted; // [pairs]
  private final int[] target; // [pairs]
  private final int[] right; // [classes]
  private final int[] predictions; // [classes]
  private final int[] examples; // [classes]

  /**
   * Reads rows.
   *
   * @param rows those of {@link Statistics#confusions}
   * @throws IllegalArgumentException if a row holds another number than that of a pair
   */
  ClassCounts(int classes, double[][] rows) {
    this.classes = classes;
    starts = new int[rows.length + 1];
    for (int i = 0; i < rows.length; i++) {
      starts[i + 1] = Math.addExact(starts[i], rows[i].length);
    }
    predicted = new int[starts[rows.length]];
    target = new int[starts[rows.length]];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < rows[i].length; k++) {
        long pair = (long) rows[i][k];
        if (pair != rows[i][k] || pair < 0 || pair >= (long) classes * classes) {
          throw new IllegalArgumentException(
              "macro F1: expected pairs of "
                  + classes
                  + " classes for example "
                  + i
                  + ", got "
                  + rows[i][k]);
        }
        predicted[starts[i] + k] = (int) (pair % classes);
        target[starts[i] + k] = (int) (pair / classes);
      }
    }
    right = new int[classes];
    predictions = new int[classes];
    examples = new int[classes];
  }

  /** Returns the mean F1 of the classes that occur in a choice, or are predicted in it. */
  double macroF1(int[] chosen) {
    Arrays.fill(right, 0);
    Arrays.fill(predictions, 0);
    Arrays.fill(examples, 0);
    for (int i : chosen) {
      for (int pair = starts[i]; pair < starts[i + 1]; pair++) {
        predictions[predicted[pair]]++;
        examples[target[pair]]++;
        if (predicted[pair] == target[pair]) {
          right[target[pair]]++;
        }
      }
    }
    return meanOfF1(
        IntStream.range(0, classes)
            .filter(k -> predictions[k] + examples[k] > 0)
            .mapToDouble(k -> f1(right[k], predictions[k], examples[k])));
  }

  /** Returns the mean; NaN where there are no classes. */
  static double meanOfF1(DoubleStream ofClasses) {
    return ofClasses.average().orElse(Double.NaN);
  }

  /**
   * Returns 2 TP / (predicted + examples), the harmonic mean of precision and recall; 0 for 0/0.
   */
  static double f1(double right, double predictions, double examples) {
    double all = predictions + examples;
    return all > 0 ? 2 * right / all : 0;
  }
}

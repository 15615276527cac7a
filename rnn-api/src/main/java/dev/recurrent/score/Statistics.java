package dev.recurrent.score;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Computes the row of numbers by which one example counts in a {@link Measure}. An example is what
 * was drawn from the world in one go, such as a sentence or a day: the unit that {@link Bootstrap}
 * draws again. A negative target, as {@link dev.recurrent.tape.Sequences#IGNORED}, does not count.
 */
public final class Statistics {
  private Statistics() {}

  /** Returns (correct, counted) of one example's predictions, for {@link Measures#ACCURACY}. */
  public static double[] hits(int[] predicted, int[] target) {
    requireSameLength(predicted.length, target.length);
    int correct = 0;
    int counted = 0;
    for (int i = 0; i < target.length; i++) {
      if (target[i] >= 0) {
        counted++;
        correct += predicted[i] == target[i] ? 1 : 0;
      }
    }
    return new double[] {correct, counted};
  }

  /** Returns (1 or 0, 1): whether a whole sequence is right, its length included. */
  public static double[] exactMatch(int[] predicted, int[] target) {
    return new double[] {Arrays.equals(predicted, target) ? 1 : 0, 1};
  }

  /** Returns (squared errors, numbers), for {@link Measures#rmse}. */
  public static double[] squaredErrors(double[] predicted, double[] target) {
    return new double[] {sum(predicted, target, e -> e * e), target.length};
  }

  /** Returns (squared errors, numbers), for {@link Measures#rmse}. */
  public static double[] squaredErrors(float[] predicted, float[] target) {
    return squaredErrors(doubles(predicted), doubles(target));
  }

  /** Returns (absolute errors, numbers), for {@link Measures#mae}. */
  public static double[] absoluteErrors(double[] predicted, double[] target) {
    return new double[] {sum(predicted, target, Math::abs), target.length};
  }

  /** Returns (absolute errors, numbers), for {@link Measures#mae}. */
  public static double[] absoluteErrors(float[] predicted, float[] target) {
    return absoluteErrors(doubles(predicted), doubles(target));
  }

  /** Returns (squared errors, squared errors of the baseline), for {@link Measures#SKILL}. */
  public static double[] squaredErrorsAgainst(
      double[] baseline, double[] predicted, double[] target) {
    return new double[] {sum(predicted, target, e -> e * e), sum(baseline, target, e -> e * e)};
  }

  /** Returns (squared errors, squared errors of the baseline), for {@link Measures#SKILL}. */
  public static double[] squaredErrorsAgainst(float[] baseline, float[] predicted, float[] target) {
    return squaredErrorsAgainst(doubles(baseline), doubles(predicted), doubles(target));
  }

  /**
   * Returns (nats, targets), for {@link Measures#PERPLEXITY} and its kin.
   *
   * @param meanLoss the mean cross entropy over the example's targets, in nats
   */
  public static double[] ofLoss(double meanLoss, double targets) {
    return new double[] {targets > 0 ? meanLoss * targets : 0, targets};
  }

  /**
   * Returns which class was taken for which, a number for each target that counts: {@code target *
   * classes + predicted}, for {@link Measures#macroF1}.
   */
  public static double[] confusions(int[] predicted, int[] target, int classes) {
    requireSameLength(predicted.length, target.length);
    return IntStream.range(0, target.length)
        .filter(i -> target[i] >= 0)
        .mapToDouble(i -> ConfusionMatrix.cell(predicted[i], target[i], classes))
        .toArray();
  }

  /**
   * Returns (score, 1 or 0) of each prediction whose target counts, for {@link Measures#AUC}.
   *
   * @param predicted larger the surer it is that the example is of the class: a logit or a
   *     probability
   * @param target 1 for an example of the class, 0 for one of the others
   */
  public static double[] scores(float[] predicted, int[] target) {
    requireSameLength(predicted.length, target.length);
    for (int one : target) {
      if (one > 1) {
        throw new IllegalArgumentException("target: expected 0 or 1, got " + one);
      }
    }
    return IntStream.range(0, target.length)
        .filter(i -> target[i] >= 0)
        .boxed()
        .flatMapToDouble(i -> DoubleStream.of(predicted[i], target[i]))
        .toArray();
  }

  private static double[] doubles(float[] numbers) {
    var doubles = new double[numbers.length];
    Arrays.setAll(doubles, i -> numbers[i]);
    return doubles;
  }

  private static double sum(double[] predicted, double[] target, DoubleUnaryOperator ofError) {
    requireSameLength(predicted.length, target.length);
    double sum = 0;
    for (int i = 0; i < target.length; i++) {
      sum += ofError.applyAsDouble(predicted[i] - target[i]);
    }
    return sum;
  }

  private static void requireSameLength(int predicted, int target) {
    if (predicted != target) {
      throw new IllegalArgumentException(
          "predicted: expected " + target + " values, as many as targets, got " + predicted);
    }
  }
}

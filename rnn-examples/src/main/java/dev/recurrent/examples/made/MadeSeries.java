package dev.recurrent.examples.made;

import dev.recurrent.data.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes a series with a season and weather: a sine, and noise that remembers two days, of which a
 * network can learn what persistence and last season's value miss.
 */
public final class MadeSeries {
  private static final int SEASON = 50;

  private MadeSeries() {}

  /** Makes so many steps; the same seed gives the same ones. */
  public static Series of(int steps, long seed) {
    var random = new SplittableRandom(seed);
    var labels = new ArrayList<String>();
    var values = new double[steps][1];
    double now = 0;
    double before = 0;
    for (int t = 0; t < steps; t++) {
      double next = 1.2 * now - 0.6 * before + random.nextGaussian();
      before = now;
      now = next;
      labels.add("day " + (t + 1));
      values[t][0] = 15 + 6 * Math.sin(2 * Math.PI * t / SEASON) + now;
    }
    return Series.of(List.of("temperature"), labels, values);
  }
}

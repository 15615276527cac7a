package dev.recurrent.train;

/** A schedule that remembers nothing and can say what it is. */
record DescribedSchedule(String description, Rates rates) implements Schedule {

  /** Gives the learning rate of each update. */
  @FunctionalInterface
  interface Rates {
    double at(double base, Progress progress);
  }

  @Override
  public double learningRate(double base, Progress progress) {
    return rates.at(base, progress);
  }
}

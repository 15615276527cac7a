package dev.recurrent.data;

/** Says how the labels of a {@link Series} tell the time. */
public enum Clock {
  /** In hours since 1970, from dates with times of day that differ. */
  HOURS,
  /** In days since 1970, from dates. */
  DAYS,
  /** In months since the year 0, from months, as 2017-01. */
  MONTHS,
  /** In years, from years, as 2017. */
  YEARS,
  /** In rows from 0: the labels are no times. */
  ROWS;

  private static final int MINUTES = 60;
  private static final int SECONDS = 3600;

  /** Says how long a number of this clock is: {@code 15 minutes}, {@code 1 day}. */
  String duration(double count) {
    if (this == HOURS && count < 1) {
      return count * MINUTES < 1
          ? duration(count * SECONDS, "second")
          : duration(count * MINUTES, "minute");
    }
    return duration(
        count,
        switch (this) {
          case HOURS -> "hour";
          case DAYS -> "day";
          case MONTHS -> "month";
          case YEARS -> "year";
          case ROWS -> "row";
        });
  }

  private static String duration(double count, String unit) {
    var number = count == Math.rint(count) ? String.valueOf((long) count) : "%.3g".formatted(count);
    return number + " " + unit + (count == 1 ? "" : "s");
  }
}

package dev.recurrent.cpu;

import java.util.TreeMap;

/**
 * Ranges of columns of one row that must not overlap, each with the name of what is written there.
 */
final class ColumnRanges {
  private record Range(String name, int first, int count) {}

  private final String row;
  private final TreeMap<Integer, Range> ranges = new TreeMap<>(); // by first column

  ColumnRanges(String row) {
    this.row = row;
  }

  /**
   * Adds {@code count} columns from {@code first} on.
   *
   * @throws IllegalArgumentException if any of them is in another range
   */
  void add(String name, int first, int count) {
    var range = new Range(name, first, count);
    var before = ranges.floorEntry(first + count - 1);
    if (before != null && before.getValue().first + before.getValue().count > first) {
      throw new IllegalArgumentException(
          "%s: expected columns of its own for each part, got %s over %s"
              .formatted(row, text(range), text(before.getValue())));
    }
    ranges.put(first, range);
  }

  private static String text(Range range) {
    return "%s [%d, %d)".formatted(range.name, range.first, range.first + range.count);
  }
}

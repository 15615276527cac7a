package dev.recurrent.cpu;

import dev.recurrent.spi.SequenceLayout;

/**
 * Says how a recurrence is shared out among workers: by rows of the batch, which need no barrier,
 * or by hidden units, which need one a stage. The choice never changes a bit of the result.
 *
 * @param workers how many workers take part
 * @param axis what is shared out
 */
record Partition(int workers, Axis axis) {
  /** What is shared out. */
  enum Axis {
    /** Each worker has some rows and all units. */
    ROWS,
    /** Each worker has some units and all rows. */
    UNITS
  }

  /** One worker, who has everything. */
  static final Partition ALONE = new Partition(1, Axis.ROWS);

  /** Below this many operations a step, waiting for each other costs more than it gains. */
  private static final long LEAST_FLOPS_PER_STEP = 120_000;

  /** Below this many rows a worker's products do not fill the register tiles. */
  private static final int LEAST_ROWS = 8;

  /**
   * Bytes of weights up to which each worker may read all of them: larger ones, shared out by
   * units, stay in the workers' own caches (at 2 MB a forward pass takes 8 % less time so, at half
   * a megabyte 5 % more, for the barriers).
   */
  private static final long MOST_SHARED_BYTES = 1 << 19;

  static Partition of(SequenceLayout layout, long flopsPerRow, int workers) {
    if (workers == 1 || layout.totalRows() <= 1) {
      return ALONE; // a single step of one sequence is its caller's: others may be stepping, too
    }
    long weightBytes = flopsPerRow / 2 * Float.BYTES;
    boolean manyRows = layout.isUniform() && layout.batch() >= LEAST_ROWS * workers;
    if (manyRows && weightBytes <= MOST_SHARED_BYTES) {
      return new Partition(workers, Axis.ROWS);
    }
    long flopsPerStep = flopsPerRow * layout.totalRows() / layout.steps();
    return flopsPerStep < LEAST_FLOPS_PER_STEP ? ALONE : new Partition(workers, Axis.UNITS);
  }

  boolean needsBarriers() {
    return axis == Axis.UNITS && workers > 1;
  }

  /** Returns a worker's first row out of {@code rows}. */
  int startRow(int worker, int rows) {
    return axis == Axis.ROWS ? (int) ((long) rows * worker / workers) : 0;
  }

  /** Returns the end of a worker's rows. */
  int endRow(int worker, int rows) {
    return axis == Axis.ROWS ? (int) ((long) rows * (worker + 1) / workers) : rows;
  }

  /** Returns a worker's first block of units. */
  int startBlock(int worker, Units units) {
    return axis == Axis.ROWS ? 0 : units.firstBlock(worker, workers);
  }

  /** Returns the end of a worker's blocks of units. */
  int endBlock(int worker, Units units) {
    return axis == Axis.ROWS ? units.blocks() : units.firstBlock(worker + 1, workers);
  }
}

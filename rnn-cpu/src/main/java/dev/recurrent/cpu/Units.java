package dev.recurrent.cpu;

/**
 * Cuts the units of a value of some width into blocks of one vector, and these into groups that one
 * worker owns whole.
 *
 * @param width the number of units
 * @param blocks the number of vectors that hold them
 * @param group blocks in a group: 4 or 2 so that panels are full, 1 where workers would be idle
 */
record Units(int width, int blocks, int group) {
  /** Cuts {@code width} units for a number of workers. */
  static Units of(int width, int workers) {
    int blocks = Lanes.vectors(width);
    int group = 4;
    while (group > 1 && workers > 1 && blocks < group * workers) {
      group /= 2;
    }
    return new Units(width, blocks, group);
  }

  /** Returns the first block of a worker; that of {@code workers} is the end. */
  int firstBlock(int worker, int workers) {
    int groups = (blocks + group - 1) / group;
    return (int) Math.min(blocks, (long) groups * worker / workers * group);
  }
}

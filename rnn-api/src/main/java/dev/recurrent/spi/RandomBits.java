package dev.recurrent.spi;

/**
 * Defines the random bits of keep-masks: a hash of seed, row and unit, so that every backend and
 * every number of threads draws the same. Only 32-bit integer operations are used, which vectorise
 * everywhere.
 */
public final class RandomBits {
  private RandomBits() {}

  /**
   * Combines a seed with what tells draws apart (mask, step, layer) into the seed of one draw;
   * SplitMix64's mixing.
   */
  public static long mix(long seed, long salt) {
    long z = seed + 0x9E3779B97F4A7C15L * (salt + 1);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Returns the key of one row of a draw. */
  public static int rowKey(long seed, int row) {
    return hash((int) seed ^ hash(row + (int) (seed >>> 32)));
  }

  /** Tells whether the unit of the row with the given key is kept. */
  public static boolean keeps(int rowKey, int unit, float keep) {
    return uniform(rowKey, unit) < keep;
  }

  /** Returns a number in [0, 1): the upper 24 bits of the hash. */
  public static float uniform(int rowKey, int unit) {
    return (hash(rowKey + unit * 0x9E3779B9) >>> 8) * 0x1p-24f;
  }

  /** Mixes 32 bits so that each bit of the result depends on all (Ellis's lowbias32). */
  public static int hash(int x) {
    x ^= x >>> 16;
    x *= 0x7feb352d;
    x ^= x >>> 15;
    x *= 0x846ca68b;
    return x ^ (x >>> 16);
  }
}

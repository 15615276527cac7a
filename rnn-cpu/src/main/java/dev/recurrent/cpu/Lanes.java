package dev.recurrent.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Holds the vector width of this machine and the tile shape that suits its registers.
 *
 * <p>Must not be initialised before the presence of the module {@code jdk.incubator.vector} has
 * been checked. All code of this package works at any lane count.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Floats in one vector: 4, 8 or 16 at 128, 256 or 512 bits. */
  static final int COUNT = SPECIES.length();

  /** Rows of A in the largest register tile. */
  static final int TILE_ROWS = 6;

  /**
   * Most vectors of B in one panel. A tile of 6 x 4 needs 29 vector registers (AVX-512, NEON, SVE);
   * where there are 16 (AVX, AVX2, SSE), 6 x 2 needs 15.
   */
  static final int PANEL_VECTORS = hasManyRegisters() ? 4 : 2;

  /** Whether the processor fuses multiply and add; without it {@code fma} goes by BigDecimal. */
  static final boolean FUSED = hasFusedMultiplyAdd();

  /**
   * Index of the first float of an array that begins a cache line where objects do, which {@code
   * -XX:ObjectAlignmentInBytes=64} arranges; otherwise 0. Vectors that each lie in one line make
   * the register tiles 5 % faster; the results are the same.
   */
  static final int ALIGNED = firstAligned();

  private static final int LINE_BYTES = 64;

  private Lanes() {}

  /** Returns {@code a * b + c}, rounded once where the processor can do so. */
  static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
    return FUSED ? a.fma(b, c) : a.mul(b).add(c);
  }

  /** Returns {@code a * b + c} with the same bits as a lane of the vector method. */
  static float fma(float a, float b, float c) {
    return FUSED ? Math.fma(a, b, c) : a * b + c;
  }

  /** Returns how many vectors hold {@code n} floats. */
  static int vectors(int n) {
    return (n + COUNT - 1) / COUNT;
  }

  /** Returns {@code n} rounded up to a whole number of vectors. */
  static int padded(int n) {
    return vectors(n) * COUNT;
  }

  private static boolean hasManyRegisters() {
    var x86 =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64", "x86", "i386" -> true;
          default -> false;
        };
    return !x86 || COUNT >= 16;
  }

  private static boolean hasFusedMultiplyAdd() {
    return Boolean.parseBoolean(option("UseFMA", "true")); // not all architectures have that flag
  }

  private static int firstAligned() {
    if (Integer.parseInt(option("ObjectAlignmentInBytes", "8")) % LINE_BYTES != 0) {
      return 0;
    }
    boolean compact = Boolean.parseBoolean(option("UseCompactObjectHeaders", "false"));
    int header = compact ? 12 : 16; // of an array, its length included
    return (LINE_BYTES - header) / Float.BYTES;
  }

  /** Returns the value of an option of the JVM, or another where it has no such option. */
  private static String option(String name, String otherwise) {
    var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (bean == null) {
      return otherwise; // not HotSpot
    }
    try {
      return bean.getVMOption(name).getValue();
    } catch (IllegalArgumentException e) {
      return otherwise;
    }
  }
}

package dev.headlight.nn;

/**
 * The numbers of queries and keys that attention products are made for: few, so that kernels, which
 * are made for each shape, are few whatever the lengths of the sequences. They depend on a
 * sequence's own length only, and so do its bits.
 */
final class ProductSizes {
  /** Of a cache line of scores. */
  private static final int SMALLEST_STEP = 16;

  /**
   * Sizes between a power of two and the next, where they are more than the smallest step apart.
   */
  private static final int STEPS = 16;

  private ProductSizes() {}

  /** The distance of sizes around a length, a power of two: 16 below 512, 32 below 1024. */
  static int step(int length) {
    return Math.max(SMALLEST_STEP, Integer.highestOneBit(length) / STEPS);
  }

  /** The size that a length is filled up to. */
  static int of(int length) {
    return up(length, step(length));
  }

  /** The next multiple of a step that is a power of two. */
  static int up(int number, int step) {
    return (int) Math.min(Integer.MAX_VALUE, ((long) number + step - 1) & -step);
  }

  /** The multiple of a step before a number. */
  static int down(int number, int step) {
    return number & -step;
  }

  /** Rows of packed sequences that products read: none of them ends behind these. */
  static int rows(Packing packing) {
    int rows = packing.tokens();
    for (int s = 0; s < packing.sequences(); s++) {
      rows = Math.max(rows, Math.addExact(packing.start(s), of(packing.length(s))));
    }
    return rows;
  }
}

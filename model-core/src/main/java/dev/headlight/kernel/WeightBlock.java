package dev.headlight.kernel;

/**
 * Attention weights of consecutive rows, in an array that stays in the first-level cache from
 * softmax until they have been reduced. Reused from block to block; belongs to one thread.
 */
public final class WeightBlock {
  /** Rows begin at a multiple of it, whatever their columns are, and are filled up with zeros. */
  public static final int ALIGNMENT = 16;

  /** 16 KiB, half of the smallest first-level cache. */
  private static final int FLOATS = 4096;

  /** Of longer rows, fewer at once cost more than what of them falls out of that cache. */
  private static final int FEWEST_ROWS = 4;

  private static final int MOST_FLOATS = 2 * FLOATS;

  private float[] weights = new float[FLOATS];
  private int firstRow;
  private int rows;
  private int stride;

  /** Rows of so many columns that are a block; at least one. */
  public static int rowsOf(int columns) {
    int stride = aligned(Math.max(1, columns));
    int rows = Math.max(FLOATS / stride, Math.min(FEWEST_ROWS, MOST_FLOATS / stride));
    return Math.max(1, rows);
  }

  private static int aligned(int columns) {
    return (columns + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Chooses the rows of a score matrix that softmax is to work on next. */
  public void select(int first, int count, int columns) {
    firstRow = first;
    rows = count;
    stride = aligned(columns);
    if (weights.length < count * stride) {
      weights = new float[count * stride];
    }
  }

  /** {@code [rows, stride]}. */
  public float[] weights() {
    return weights;
  }

  /** Row of the score matrix that the first row of the block is. */
  public int firstRow() {
    return firstRow;
  }

  public int rows() {
    return rows;
  }

  /** Floats from the start of a row to that of the next. */
  public int stride() {
    return stride;
  }
}

package dev.headlight.kernel;

import java.util.Arrays;

/**
 * Visible key ranges of the rows of a score matrix, and the entropy of each row after softmax.
 * Reused from tile to tile; belongs to one thread.
 */
public final class SoftmaxRows {
  private int[] from = new int[0];
  private int[] to = new int[0];
  private float[] entropy = new float[0];

  /** Makes room for a number of rows. */
  public void resize(int rows) {
    if (from.length < rows) {
      int size = Math.max(rows, 2 * from.length);
      from = Arrays.copyOf(from, size);
      to = Arrays.copyOf(to, size);
      entropy = Arrays.copyOf(entropy, size);
    }
  }

  /** Row sees the columns {@code [firstColumn, endColumn)} of the score matrix. */
  public void visible(int row, int firstColumn, int endColumn) {
    from[row] = firstColumn;
    to[row] = endColumn;
  }

  public int from(int row) {
    return from[row];
  }

  public int to(int row) {
    return to[row];
  }

  /** Entropy of the row's weights in nats. */
  public float entropy(int row) {
    return entropy[row];
  }

  public void entropy(int row, float nats) {
    entropy[row] = nats;
  }
}

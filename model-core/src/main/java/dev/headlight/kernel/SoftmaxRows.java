package dev.headlight.kernel;

import java.util.Arrays;

/**
 * Visible key ranges of the rows of a score matrix, and the entropy and the largest weight of each
 * row after softmax. Reused from tile to tile; belongs to one thread.
 */
public final class SoftmaxRows {
  private int[] from = new int[0];
  private int[] to = new int[0];
  private float[] entropy = new float[0];
  private float[] largestWeight = new float[0];

  /** Of each row, what the passes of a softmax hand on. */
  float[] largest = new float[0];

  /** Of each row a vector. */
  float[] sums = new float[0];

  float[] weighted = new float[0];

  /** Makes room for a number of rows. */
  public void resize(int rows) {
    if (from.length < rows) {
      int size = Math.max(rows, 2 * from.length);
      from = Arrays.copyOf(from, size);
      to = Arrays.copyOf(to, size);
      entropy = Arrays.copyOf(entropy, size);
      largestWeight = Arrays.copyOf(largestWeight, size);
    }
  }

  /** Makes room for what passes hand on. */
  void reserve(int rows, int lanes) {
    if (largest.length < rows || sums.length < rows * lanes) {
      int size = Math.max(rows, 2 * largest.length);
      largest = new float[size];
      sums = new float[size * lanes];
      weighted = new float[size * lanes];
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

  /** The largest of the row's weights: that of the largest score, whose exponential is 1. */
  public float largestWeight(int row) {
    return largestWeight[row];
  }

  public void largestWeight(int row, float weight) {
    largestWeight[row] = weight;
  }
}

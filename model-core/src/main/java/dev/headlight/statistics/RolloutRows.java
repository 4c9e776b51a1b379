package dev.headlight.statistics;

import java.util.Arrays;
import java.util.Optional;

/**
 * Attention rollout (Abnar and Zuidema 2020): {@code R <- M R} after each layer, first layer first,
 * where M is half the mean over heads of the weights and half the identity, each row divided by its
 * sum. Layers that are not observed take no part.
 *
 * <p>Takes {@code T^2} floats per sequence of the batch and {@code T^3} multiplications per layer,
 * so longer sequences than {@link #MAX_TOKENS} get none.
 */
final class RolloutRows implements LayerRows {
  static final int MAX_TOKENS = 2048;

  private final BatchDescription.Side side;
  private final float[][] products; // [B][T * T], null before the first layer
  private float[] mixed = new float[0]; // [T, T]
  private float[] spare = new float[0];
  private int sequence;
  private int tokens;

  RolloutRows(BatchDescription.Side side) {
    this.side = side;
    this.products = new float[side.queries().length][];
  }

  @Override
  public void begin(int layer, int startedSequence) {
    sequence = startedSequence;
    tokens = side.queries()[startedSequence];
    if (tokens > MAX_TOKENS) {
      return;
    }
    if (mixed.length < tokens * tokens) {
      mixed = new float[tokens * tokens];
    }
    Arrays.fill(mixed, 0, tokens * tokens, 0f);
  }

  @Override
  public void add(int head, RowBlock rows) {
    if (tokens > MAX_TOKENS) {
      return;
    }
    float[] weights = rows.weights();
    for (int r = 0; r < rows.rows(); r++) {
      int at = rows.query(r) * tokens + rows.firstVisibleKey(r) - rows.start(r);
      for (int k = rows.start(r); k < rows.end(r); k++) {
        mixed[at + k] += weights[k];
      }
    }
  }

  @Override
  public void end(SequenceResults results) {
    if (tokens > MAX_TOKENS) {
      return;
    }
    mixWithIdentity();
    float[] before = products[sequence];
    float[] after = spare.length == tokens * tokens ? spare : new float[tokens * tokens];
    if (before == null) {
      System.arraycopy(mixed, 0, after, 0, after.length);
      spare = new float[0];
    } else {
      multiply(mixed, before, after, tokens);
      spare = before;
    }
    products[sequence] = after;
    results.rollout = Optional.of(after);
  }

  /** Rows of the sum over heads become {@code 1/2 mean + 1/2 I}, divided by their sums. */
  private void mixWithIdentity() {
    for (int i = 0; i < tokens; i++) {
      int row = i * tokens;
      mixed[row + i] += side.heads();
      double sum = 0;
      for (int k = row; k < row + tokens; k++) {
        sum += mixed[k];
      }
      for (int k = row; k < row + tokens; k++) {
        mixed[k] = (float) (mixed[k] / sum);
      }
    }
  }

  /** {@code product = left right}, all {@code [n, n]}. */
  private static void multiply(float[] left, float[] right, float[] product, int n) {
    Arrays.fill(product, 0, n * n, 0f);
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        float factor = left[i * n + k];
        if (factor != 0) {
          for (int j = 0; j < n; j++) {
            product[i * n + j] += factor * right[k * n + j];
          }
        }
      }
    }
  }
}

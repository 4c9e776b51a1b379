package dev.headlight.text;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeSet;

/** Reduces the hidden states of a sequence to one embedding. Implementations hold no state. */
@FunctionalInterface
public interface Pooling extends Serializable {
  /** The first token's hidden state. */
  Pooling CLS = (hiddenStates, tokens, width) -> row(hiddenStates, 0, width);

  /** The last token's hidden state. */
  Pooling LAST_TOKEN = (hiddenStates, tokens, width) -> row(hiddenStates, tokens - 1, width);

  /** The mean over all tokens, summed in double precision. */
  Pooling MEAN = Pooling::mean;

  /**
   * Pools one sequence.
   *
   * @param hiddenStates {@code [T * d]}, row-major; not changed
   * @param tokens T, at least 1
   * @param width d
   * @return {@code [d]}
   */
  float[] pool(float[] hiddenStates, int tokens, int width);

  /**
   * Pooling by name: {@code cls}, {@code mean} or {@code lasttoken}.
   *
   * @throws IllegalArgumentException for any other name; the message lists all
   */
  static Pooling named(String name) {
    Map<String, Pooling> all = Map.of("cls", CLS, "mean", MEAN, "lasttoken", LAST_TOKEN);
    Pooling pooling = all.get(name);
    if (pooling == null) {
      throw new IllegalArgumentException(
          "pooling: expected one of %s, found '%s'"
              .formatted(String.join(", ", new TreeSet<>(all.keySet())), name));
    }
    return pooling;
  }

  /**
   * An embedding scaled to Euclidean length 1. As with PyTorch's {@code normalize}, lengths below
   * 1e-12 count as 1e-12, so that zeros stay zeros.
   *
   * @param embedding {@code [d]}; not changed
   */
  static float[] normalize(float[] embedding) {
    double squares = 0;
    for (float value : embedding) {
      squares += (double) value * value;
    }
    double length = Math.max(Math.sqrt(squares), 1e-12);
    float[] normalized = new float[embedding.length];
    for (int i = 0; i < embedding.length; i++) {
      normalized[i] = (float) (embedding[i] / length);
    }
    return normalized;
  }

  private static float[] row(float[] hiddenStates, int row, int width) {
    float[] result = new float[width];
    System.arraycopy(hiddenStates, row * width, result, 0, width);
    return result;
  }

  private static float[] mean(float[] hiddenStates, int tokens, int width) {
    double[] sums = new double[width];
    for (int token = 0; token < tokens; token++) {
      for (int i = 0; i < width; i++) {
        sums[i] += hiddenStates[token * width + i];
      }
    }
    float[] mean = new float[width];
    for (int i = 0; i < width; i++) {
      mean[i] = (float) (sums[i] / tokens);
    }
    return mean;
  }
}

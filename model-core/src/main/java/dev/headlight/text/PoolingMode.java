package dev.headlight.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A way to reduce the hidden states of a sequence to one vector, named as sentence-transformers
 * names it. Sums are kept in double precision, tokens are added in their order.
 */
public enum PoolingMode {
  /** The first token. */
  CLS("cls") {
    @Override
    void pool(Tokens tokens, float[] pooled, int at) {
      tokens.copy(tokens.first(), pooled, at);
    }
  },
  /** The largest value of each dimension. */
  MAX("max") {
    @Override
    void pool(Tokens tokens, float[] pooled, int at) {
      tokens.copy(tokens.first(), pooled, at);
      for (int token = tokens.first() + 1; token < tokens.count(); token++) {
        for (int i = 0; i < tokens.width(); i++) {
          float value = tokens.hiddenStates()[token * tokens.width() + i];
          pooled[at + i] = Math.max(pooled[at + i], value);
        }
      }
    }
  },
  /** The mean of all tokens. */
  MEAN("mean") {
    @Override
    void pool(Tokens tokens, float[] pooled, int at) {
      tokens.sum(token -> 1, tokens.count() - tokens.first(), pooled, at);
    }
  },
  /** The sum of all tokens divided by the square root of their number. */
  MEAN_SQRT_LEN_TOKENS("mean_sqrt_len_tokens") {
    @Override
    void pool(Tokens tokens, float[] pooled, int at) {
      tokens.sum(token -> 1, Math.sqrt(tokens.count() - tokens.first()), pooled, at);
    }
  },
  /** The mean of all tokens, where the first weighs 1, the second 2, and so on (SGPT). */
  WEIGHTED_MEAN("weightedmean") {
    @Override
    void pool(Tokens tokens, float[] pooled, int at) {
      double weights = 0;
      for (int token = tokens.first(); token < tokens.count(); token++) {
        weights += token + 1;
      }
      tokens.sum(token -> token + 1, weights, pooled, at);
    }
  },
  /** The last token. */
  LAST_TOKEN("lasttoken") {
    @Override
    void pool(Tokens tokens, float[] pooled, int at) {
      tokens.copy(tokens.count() - 1, pooled, at);
    }
  };

  private final String label;

  PoolingMode(String label) {
    this.label = label;
  }

  /** Its name in configuration files and options. */
  public String label() {
    return label;
  }

  /** The mode of a name. */
  public static Optional<PoolingMode> named(String label) {
    return Arrays.stream(values()).filter(mode -> mode.label.equals(label)).findFirst();
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(PoolingMode::label).toList();
  }

  /**
   * Writes the pooled vector.
   *
   * @param tokens at least one
   * @param pooled receives {@code d} values from {@code at} on, which are 0 before
   */
  abstract void pool(Tokens tokens, float[] pooled, int at);

  /** The weight of a token. */
  @FunctionalInterface
  interface Weight {
    double of(int token);
  }

  /**
   * Some tokens of a sequence.
   *
   * @param hiddenStates {@code [count * width]}
   * @param first the first token that counts
   */
  record Tokens(float[] hiddenStates, int first, int count, int width) {

    void copy(int token, float[] pooled, int at) {
      System.arraycopy(hiddenStates, token * width, pooled, at, width);
    }

    void sum(Weight weight, double divisor, float[] pooled, int at) {
      double[] sums = new double[width];
      for (int token = first; token < count; token++) {
        double factor = weight.of(token);
        for (int i = 0; i < width; i++) {
          sums[i] += factor * hiddenStates[token * width + i];
        }
      }
      for (int i = 0; i < width; i++) {
        pooled[at + i] = (float) (sums[i] / divisor);
      }
    }
  }
}

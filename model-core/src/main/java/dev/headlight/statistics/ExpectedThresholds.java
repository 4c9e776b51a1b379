package dev.headlight.statistics;

/**
 * Where the largest weights of a row are expected to sum to a share: at the threshold that would
 * hold if the logarithms of the weights were normally distributed, with the entropy that the row
 * has, but for a factor that is learned from the rows before.
 *
 * <p>Of n such weights with a standard deviation s of their logarithms the entropy is {@code H = ln
 * n - s^2 / 2}. As a weight counts as much as it weighs, the mean logarithm is {@code -H}, and the
 * weights above {@code exp(-H - z s)} sum to the share, where z is its quantile.
 *
 * <p>Thresholds are bits of floats.
 */
final class ExpectedThresholds {
  private static final double BITS_OF_A_NAT = (1 << 23) / Math.log(2);

  private final double quantile;

  /** Bits of the threshold of a row without entropy. */
  private double base = Float.floatToRawIntBits(1f);

  /**
   * Thresholds for a share.
   *
   * @param share between 0 and 1; the approximation of its quantile is for more than a half
   */
  ExpectedThresholds(double share) {
    // Hastings, in Abramowitz and Stegun 1964, 26.2.22: an error of less than 0.003
    double t = Math.sqrt(-2 * Math.log(1 - share));
    this.quantile = t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t));
  }

  /**
   * Between the smallest positive float and the row's largest weight.
   *
   * @param bits receives them, of row r at {@code r}
   */
  void thresholds(RowBlock rows, int[] bits) {
    int visible = 0;
    double mostNats = 0;
    for (int r = 0; r < rows.rows(); r++) {
      if (rows.visible(r) != visible) {
        visible = rows.visible(r);
        mostNats = Math.log(visible);
      }
      double nats = rows.entropy(r);
      double deviation = Math.sqrt(Math.max(0, 2 * (mostNats - nats)));
      int expected = (int) (base - (nats + quantile * deviation) * BITS_OF_A_NAT);
      bits[r] = Math.max(1, Math.min(expected, Float.floatToRawIntBits(rows.largestWeight(r))));
    }
  }

  /** Takes in where some rows were looked at, at first and after that. */
  void learn(int[] first, int[] second, int[] which, int count) {
    long missed = 0;
    for (int i = 0; i < count; i++) {
      missed += second[which[i]] - first[which[i]];
    }
    base += 0.5 * missed / count;
  }
}

package dev.headlight.config;

/**
 * Which keys a query sees. Padding does not exist here.
 *
 * @param causal key j is visible to query i only if {@code j <= i}
 * @param window 0 for none; otherwise {@code i - j < window} if causal, {@code |i - j| <= window}
 *     if not
 */
public record MaskConfig(boolean causal, int window) {
  public static final MaskConfig BIDIRECTIONAL = new MaskConfig(false, 0);
  public static final MaskConfig CAUSAL = new MaskConfig(true, 0);

  /** Mistral's sliding window: the query itself and the {@code window - 1} keys before it. */
  public static MaskConfig causalWindow(int window) {
    return new MaskConfig(true, window);
  }

  /** ModernBERT's local attention: {@code distance} keys to either side. */
  public static MaskConfig bidirectionalWindow(int distance) {
    return new MaskConfig(false, distance);
  }

  /** First key visible to a query. */
  public int firstKey(int query) {
    if (window == 0) {
      return 0;
    }
    return Math.max(0, causal ? query - window + 1 : query - window);
  }

  /** One past the last key visible to a query. */
  public int endKey(int query, int keys) {
    if (causal) {
      return Math.min(keys, query + 1);
    }
    return window == 0 ? keys : Math.min(keys, query + window + 1);
  }
}

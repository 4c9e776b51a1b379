package dev.headlight.pipeline;

import dev.headlight.config.ModelConfig;
import java.io.Serializable;

/**
 * How much is computed at once.
 *
 * @param tokens most tokens of a batch
 * @param bytes most bytes of a batch, inputs, scratch memory and results together
 * @param perExample bytes of one example by its tokens
 */
record BatchBudget(long tokens, long bytes, Cost perExample) implements Serializable {
  /** Bad rows have no tokens; their number is limited too, so that a batch is never endless. */
  static final int MOST_ROWS = 4096;

  /** Numbers of hidden states at which a product of matrices reaches its full speed. */
  private static final long AUTO_VALUES = 3L << 19;

  private static final long LEAST_AUTO_TOKENS = 512;
  private static final long MOST_AUTO_TOKENS = 8192;

  /** Far below what an executor has, and enough for the batches of most models. */
  static final long BYTES = 256L << 20;

  /**
   * A budget for a model.
   *
   * @param batchTokens tokens, or 0 for a number that fits the width: 2048 for a width of 768
   * @param results bytes of the results of an example
   */
  static BatchBudget of(int batchTokens, ModelConfig config, Cost results) {
    int width = config.hiddenSize();
    long auto = Math.max(LEAST_AUTO_TOKENS, Math.min(MOST_AUTO_TOKENS, AUTO_VALUES / width));
    long activations = ModelShape.of(config.stacks()).activations() + width;
    // results are held twice: as they are computed, and as bytes
    Cost perExample = Cost.perToken(activations * Float.BYTES).plus(results).plus(results);
    return new BatchBudget(batchTokens == 0 ? auto : batchTokens, BYTES, perExample);
  }
}

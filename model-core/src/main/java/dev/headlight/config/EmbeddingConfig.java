package dev.headlight.config;

import java.util.List;
import java.util.Optional;

/** What turns an input into the first hidden states {@code [T, d]}. */
public sealed interface EmbeddingConfig {

  /**
   * Token embedding with positions, token types, norm and projection, each of which may be absent.
   *
   * @param weight full name of the {@code [vocabulary, width]} table
   * @param width of the table; differs from d only where there is a projection (ELECTRA, small
   *     models)
   * @param scale factor of the table's rows, not of embeddings given from outside, which stand for
   *     scaled rows (Gemma, BART)
   * @param projection from width to d, after the norm
   */
  record Tokens(
      String weight,
      int vocabulary,
      int width,
      double scale,
      PositionEmbedding positions,
      Optional<TokenTypes> tokenTypes,
      Optional<NormConfig> norm,
      Optional<LinearConfig> projection)
      implements EmbeddingConfig {}

  /** Token type (segment) embeddings; sequences without token types use type 0. */
  record TokenTypes(String weight, int count) {}

  /**
   * Patch embedding of a vision transformer (Dosovitskiy 2020): the image is cut into squares, each
   * projected to d; leading class and register tokens are learned.
   *
   * @param projection {@code [d, channels * patch * patch]}, the flattened convolution kernel
   * @param leadingTokens full names of learned tokens {@code [1, n, d]} or {@code [1, 1, d]} before
   *     the patches
   * @param tokensWithPosition how many of the leading tokens have a row in the position table
   * @param positions full name of the position table {@code [1, tokensWithPosition + patches, d]}
   * @param norm applied to the embedding output (CLIP's pre_layrnorm)
   */
  record Patches(
      int imageHeight,
      int imageWidth,
      int channels,
      int patchSize,
      LinearConfig projection,
      List<LeadingToken> leadingTokens,
      int tokensWithPosition,
      String positions,
      Optional<NormConfig> norm)
      implements EmbeddingConfig {

    /** Expected shape of the position table. */
    public long[] positionShape(int tokens, int width) {
      return new long[] {1, tokens, width};
    }
  }

  /** Learned tokens that stand before the patches: class, distillation or register tokens. */
  record LeadingToken(String weight, int count) {

    /** Expected shape of the tensor. */
    public long[] shape(int width) {
      return new long[] {1, count, width};
    }
  }

  /** Positions that are added to token embeddings. */
  sealed interface PositionEmbedding {

    /** No positions are added (rotary and relative models). */
    record None() implements PositionEmbedding {}

    /**
     * A learned table {@code [count, width]}; position t uses row {@code t + offset}.
     *
     * @param offset 0, BART's 2, or RoBERTa's {@code pad_token_id + 1}
     * @param paddingId where not negative, tokens of this id take row {@code paddingId} and do not
     *     advance the position (RoBERTa, MPNet)
     */
    record Learned(String weight, int count, int offset, int paddingId)
        implements PositionEmbedding {}
  }
}

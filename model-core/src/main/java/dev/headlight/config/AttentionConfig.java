package dev.headlight.config;

import java.util.Optional;

/**
 * Multi-head, grouped-query or multi-query attention, over the sequence itself or over the
 * encoder's output.
 *
 * @param cross whether keys and values come from the encoder
 * @param heads h, query heads
 * @param keyValueHeads g; h for multi-head, 1 for multi-query attention
 * @param headDim k, width of a head; need not be d / h
 * @param scale factor of {@code q . k}, usually {@code k^-0.5}
 * @param softCap scores become {@code cap * tanh(scores / cap)} (Gemma 2); 0 for none
 * @param qNorm norm of each query head before rotary embedding (Qwen 3), or of the whole projection
 *     (OLMo 2)
 * @param kNorm the same for keys
 */
public record AttentionConfig(
    boolean cross,
    int heads,
    int keyValueHeads,
    int headDim,
    QkvConfig projections,
    LinearConfig output,
    MaskConfig mask,
    double scale,
    double softCap,
    Optional<RotaryConfig> rotary,
    Optional<NormConfig> qNorm,
    Optional<NormConfig> kNorm,
    Optional<ScoreBiasConfig> scoreBias)
    implements BlockConfig.Operation {

  public AttentionConfig {
    if (heads % keyValueHeads != 0) {
      throw new UnsupportedCheckpointException(
          java.util.List.of(
              "num_attention_heads "
                  + heads
                  + " is not a multiple of num_key_value_heads "
                  + keyValueHeads));
    }
  }

  /**
   * Bidirectional multi-head self-attention with {@code k^-0.5}, the plainest form; refine it with
   * the {@code with} methods.
   */
  public static AttentionConfig multiHead(
      int heads, int headDim, QkvConfig projections, LinearConfig output) {
    return groupedQuery(heads, heads, headDim, projections, output);
  }

  /** Grouped-query attention: {@code heads / keyValueHeads} query heads share a key/value head. */
  public static AttentionConfig groupedQuery(
      int heads, int keyValueHeads, int headDim, QkvConfig projections, LinearConfig output) {
    return new AttentionConfig(
        false,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        MaskConfig.BIDIRECTIONAL,
        1.0 / Math.sqrt(headDim),
        0.0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public AttentionConfig withCross() {
    return new AttentionConfig(
        true,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        mask,
        scale,
        softCap,
        rotary,
        qNorm,
        kNorm,
        scoreBias);
  }

  public AttentionConfig withMask(MaskConfig newMask) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        newMask,
        scale,
        softCap,
        rotary,
        qNorm,
        kNorm,
        scoreBias);
  }

  public AttentionConfig withScale(double newScale) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        mask,
        newScale,
        softCap,
        rotary,
        qNorm,
        kNorm,
        scoreBias);
  }

  public AttentionConfig withSoftCap(double newSoftCap) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        mask,
        scale,
        newSoftCap,
        rotary,
        qNorm,
        kNorm,
        scoreBias);
  }

  public AttentionConfig withRotary(RotaryConfig newRotary) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        mask,
        scale,
        softCap,
        Optional.of(newRotary),
        qNorm,
        kNorm,
        scoreBias);
  }

  public AttentionConfig withQueryKeyNorms(NormConfig query, NormConfig key) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        mask,
        scale,
        softCap,
        rotary,
        Optional.of(query),
        Optional.of(key),
        scoreBias);
  }

  /** The same with a factor for each output of the output projection (LayerScale). */
  public AttentionConfig withOutputScale(String tensor) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output.withOutputScale(tensor),
        mask,
        scale,
        softCap,
        rotary,
        qNorm,
        kNorm,
        scoreBias);
  }

  public AttentionConfig withScoreBias(ScoreBiasConfig bias) {
    return new AttentionConfig(
        cross,
        heads,
        keyValueHeads,
        headDim,
        projections,
        output,
        mask,
        scale,
        softCap,
        rotary,
        qNorm,
        kNorm,
        Optional.of(bias));
  }
}

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
    Copy copy = new Copy(this);
    copy.cross = true;
    return copy.build();
  }

  public AttentionConfig withMask(MaskConfig newMask) {
    Copy copy = new Copy(this);
    copy.mask = newMask;
    return copy.build();
  }

  public AttentionConfig withScale(double newScale) {
    Copy copy = new Copy(this);
    copy.scale = newScale;
    return copy.build();
  }

  public AttentionConfig withSoftCap(double newSoftCap) {
    Copy copy = new Copy(this);
    copy.softCap = newSoftCap;
    return copy.build();
  }

  public AttentionConfig withRotary(RotaryConfig newRotary) {
    Copy copy = new Copy(this);
    copy.rotary = Optional.of(newRotary);
    return copy.build();
  }

  public AttentionConfig withQueryKeyNorms(NormConfig query, NormConfig key) {
    Copy copy = new Copy(this);
    copy.queryNorm = Optional.of(query);
    copy.keyNorm = Optional.of(key);
    return copy.build();
  }

  /** The same with a factor for each output of the output projection (LayerScale). */
  public AttentionConfig withOutputScale(String tensor) {
    Copy copy = new Copy(this);
    copy.output = output.withOutputScale(tensor);
    return copy.build();
  }

  public AttentionConfig withScoreBias(ScoreBiasConfig bias) {
    Copy copy = new Copy(this);
    copy.scoreBias = Optional.of(bias);
    return copy.build();
  }

  /** A copy under change; what is not here does not change. */
  private static final class Copy {
    private final AttentionConfig original;
    private boolean cross;
    private LinearConfig output;
    private MaskConfig mask;
    private double scale;
    private double softCap;
    private Optional<RotaryConfig> rotary;
    private Optional<NormConfig> queryNorm;
    private Optional<NormConfig> keyNorm;
    private Optional<ScoreBiasConfig> scoreBias;

    Copy(AttentionConfig original) {
      this.original = original;
      this.cross = original.cross;
      this.output = original.output;
      this.mask = original.mask;
      this.scale = original.scale;
      this.softCap = original.softCap;
      this.rotary = original.rotary;
      this.queryNorm = original.qNorm;
      this.keyNorm = original.kNorm;
      this.scoreBias = original.scoreBias;
    }

    AttentionConfig build() {
      return new AttentionConfig(
          cross,
          original.heads,
          original.keyValueHeads,
          original.headDim,
          original.projections,
          output,
          mask,
          scale,
          softCap,
          rotary,
          queryNorm,
          keyNorm,
          scoreBias);
    }
  }
}

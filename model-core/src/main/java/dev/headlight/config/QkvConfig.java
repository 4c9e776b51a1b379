package dev.headlight.config;

import java.util.List;

/**
 * How a checkpoint stores the q, k and v projections. The family declares it; it is never guessed
 * from a shape.
 */
public sealed interface QkvConfig {

  /** The linear projections as the checkpoint stores them. */
  List<LinearConfig> linears();

  /** Three projections, as in BERT and Llama. */
  record Separate(LinearConfig q, LinearConfig k, LinearConfig v) implements QkvConfig {
    @Override
    public List<LinearConfig> linears() {
      return List.of(q, k, v);
    }
  }

  /** One projection of {@code (h + 2g) * k} outputs. */
  record Fused(LinearConfig qkv, Layout layout) implements QkvConfig {
    @Override
    public List<LinearConfig> linears() {
      return List.of(qkv);
    }
  }

  /** Order of the outputs of a fused projection. */
  enum Layout {
    /**
     * All of q, then all of k, then all of v (GPT-2's {@code c_attn}, ViT's {@code to_qkv}, Phi-3's
     * {@code qkv_proj}).
     */
    BLOCKS,
    /**
     * q, k and v of head 0, then those of head 1, and so on (GPT-NeoX's {@code query_key_value}).
     */
    PER_HEAD
  }
}

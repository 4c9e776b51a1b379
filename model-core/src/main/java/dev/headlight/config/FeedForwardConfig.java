package dev.headlight.config;

import java.util.Optional;

/**
 * The feed-forward part of a block: {@code down(act(up x))}, or {@code down(act(gate x) * up x)}
 * where there is a gate.
 *
 * @param gate the gate of a gated MLP (SwiGLU, GeGLU: Shazeer 2020)
 */
public record FeedForwardConfig(
    Optional<LinearConfig> gate, LinearConfig up, LinearConfig down, Activation activation)
    implements BlockConfig.Operation {

  public static FeedForwardConfig plain(LinearConfig up, Activation activation, LinearConfig down) {
    return new FeedForwardConfig(Optional.empty(), up, down, activation);
  }

  public static FeedForwardConfig gated(
      LinearConfig gate, LinearConfig up, Activation activation, LinearConfig down) {
    return new FeedForwardConfig(Optional.of(gate), up, down, activation);
  }

  /** f, the width between the projections. */
  public int intermediateSize() {
    return up.outputs();
  }
}

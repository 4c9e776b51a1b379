package dev.headlight.model;

import dev.headlight.statistics.SequenceStatistics;
import java.util.List;
import java.util.Optional;

/**
 * Results of one example, in plain arrays that outlive the pass.
 *
 * @param output of the encoder, or of the only stack
 * @param decoderOutput of the decoder, if it ran
 * @param statistics of all attention layers that were asked for
 */
public record ForwardOutput(
    StackOutput output, Optional<StackOutput> decoderOutput, SequenceStatistics statistics) {

  /**
   * Hidden states of one stack.
   *
   * @param tokens T, with class and register tokens for images
   * @param width d
   * @param lastHiddenState {@code [T * d]}, final norm applied; empty if not asked for
   * @param hiddenStates entry 0 the embedding output, then the raw output of each selected block,
   *     each {@code [T * d]}; empty if not asked for
   */
  public record StackOutput(
      int tokens, int width, float[] lastHiddenState, List<float[]> hiddenStates) {}
}

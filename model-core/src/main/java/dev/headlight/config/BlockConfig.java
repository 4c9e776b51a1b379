package dev.headlight.config;

import java.util.List;
import java.util.Optional;

/**
 * One transformer block: attention, cross-attention where there is one, and feed-forward, each with
 * a residual.
 *
 * @param parallel every sublayer reads the block's input (GPT-NeoX), instead of the one before it
 */
public record BlockConfig(List<Sublayer> sublayers, boolean parallel) {

  public BlockConfig {
    sublayers = List.copyOf(sublayers);
  }

  /** Sublayers one after the other, as in nearly all families. */
  public static BlockConfig serial(Sublayer... sublayers) {
    return new BlockConfig(List.of(sublayers), false);
  }

  /** Sublayers that all read the block's input. */
  public static BlockConfig parallel(Sublayer... sublayers) {
    return new BlockConfig(List.of(sublayers), true);
  }

  /** The part of a sublayer between its norms. */
  public sealed interface Operation permits AttentionConfig, FeedForwardConfig {}

  /**
   * {@code x = residualNorm(x + outputNorm(operation(inputNorm(x))))}, where each norm may be
   * absent.
   *
   * @param inputNorm before the operation (pre-norm)
   * @param outputNorm after the operation, before the residual is added (Gemma 2, OLMo 2)
   * @param residualNorm after the residual is added (post-norm, BERT)
   */
  public record Sublayer(
      Optional<NormConfig> inputNorm,
      Operation operation,
      Optional<NormConfig> outputNorm,
      Optional<NormConfig> residualNorm) {

    public static Sublayer preNorm(NormConfig norm, Operation operation) {
      return new Sublayer(Optional.of(norm), operation, Optional.empty(), Optional.empty());
    }

    public static Sublayer postNorm(Operation operation, NormConfig norm) {
      return new Sublayer(Optional.empty(), operation, Optional.empty(), Optional.of(norm));
    }

    /** Norm on the operation's output, inside the residual branch (OLMo 2). */
    public static Sublayer branchNorm(Operation operation, NormConfig norm) {
      return new Sublayer(Optional.empty(), operation, Optional.of(norm), Optional.empty());
    }

    /** Norms before and after the operation, inside the residual branch (Gemma 2). */
    public static Sublayer sandwichNorm(NormConfig input, Operation operation, NormConfig output) {
      return new Sublayer(Optional.of(input), operation, Optional.of(output), Optional.empty());
    }
  }
}

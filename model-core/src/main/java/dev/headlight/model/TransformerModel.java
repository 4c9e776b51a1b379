package dev.headlight.model;

import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.kernel.Kernels;
import dev.headlight.nn.BlockStack;
import dev.headlight.nn.InputEmbedding;
import dev.headlight.nn.PartClock;
import dev.headlight.safetensors.TensorSource;
import dev.headlight.tensor.NativeArena;
import java.util.Optional;

/**
 * A transformer with its weights in native memory: an encoder, a decoder, or both. Immutable and
 * shared by all threads; each thread runs it through a {@link ForwardPass} of its own. Closing the
 * model frees the weights and must come after closing every pass.
 */
public final class TransformerModel implements AutoCloseable {
  private final ModelConfig config;
  private final Kernels kernels;
  private final NativeArena weights;
  private final Stack stack;
  private final Optional<Stack> decoder;

  /** One stack with its embedding. */
  record Stack(StackConfig config, InputEmbedding embedding, BlockStack blocks) {}

  TransformerModel(
      ModelConfig config,
      Kernels kernels,
      NativeArena weights,
      Stack stack,
      Optional<Stack> decoder) {
    this.config = config;
    this.kernels = kernels;
    this.weights = weights;
    this.stack = stack;
    this.decoder = decoder;
  }

  /**
   * Reads and packs all weights.
   *
   * @throws dev.headlight.safetensors.CheckpointException if a tensor is missing, unexpected or of
   *     another shape
   */
  public static TransformerModel build(ModelConfig config, TensorSource tensors, Kernels kernels) {
    NativeArena arena = new NativeArena();
    try {
      return new ModelBuilder(config, tensors, kernels, arena).build();
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  public ModelConfig config() {
    return config;
  }

  public Kernels kernels() {
    return kernels;
  }

  /** Native bytes of the packed weights. */
  public long weightBytes() {
    return weights.allocatedBytes();
  }

  /** A pass for one thread; close it when the thread has no more batches. */
  public ForwardPass newForwardPass() {
    return newForwardPass(PartClock.off());
  }

  /** A pass whose time is counted by parts. */
  public ForwardPass newForwardPass(PartClock clock) {
    return new ForwardPass(this, clock);
  }

  Stack stack() {
    return stack;
  }

  Optional<Stack> decoder() {
    return decoder;
  }

  @Override
  public void close() {
    weights.close();
  }
}

package dev.headlight.model;

import dev.headlight.config.LinearConfig;
import dev.headlight.safetensors.TensorInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A tensor that an architecture uses, and what for.
 *
 * @param stack what the stack's self-attention is called: self, encoder or decoder
 * @param layer the block it belongs to, from 0; empty for embeddings and final norms
 * @param role {@code q_proj}, {@code q_proj.bias}, {@code token_embedding}, {@code input_norm}, ...
 * @param tensor its full name
 * @param formerName another name that old checkpoints have it under
 * @param shape its shape in the checkpoint, outermost dimension first
 * @param linear the linear projection that this is the weight of
 */
public record TensorUse(
    String stack,
    OptionalInt layer,
    String role,
    String tensor,
    Optional<String> formerName,
    List<Long> shape,
    Form form,
    Optional<LinearConfig> linear) {

  /** How a built model holds a tensor. */
  enum Form {
    /** As float32 in native memory. */
    PROJECTION,
    /** In its stored dtype in native memory. */
    TABLE,
    /** As float32 on the Java heap. */
    VECTOR
  }

  public TensorUse {
    shape = List.copyOf(shape);
  }

  /** Whether this is the weight of a linear projection. */
  public boolean isProjection() {
    return form == Form.PROJECTION;
  }

  /** The number of values that the model uses of it. */
  public long parameters() {
    return linear
        .map(projection -> (long) projection.inputs() * projection.outputs())
        .orElseGet(() -> shape.stream().reduce(1L, Math::multiplyExact));
  }

  /**
   * Bytes of native memory it takes in a built model, without those lost to alignment.
   *
   * @param stored as it stands in the checkpoint
   */
  public long nativeBytes(TensorInfo stored) {
    if (form == Form.VECTOR) {
      return 0;
    }
    return form == Form.PROJECTION ? parameters() * Float.BYTES : stored.byteLength();
  }

  /** The shape as {@code WeightScope} takes it. */
  long[] expectedShape() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  static List<Long> shapeOf(long... lengths) {
    return Arrays.stream(lengths).boxed().toList();
  }
}

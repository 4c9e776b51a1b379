package dev.headlight.safetensors;

import java.io.Serializable;
import java.util.List;

/**
 * Where a tensor is stored and as what.
 *
 * @param name its full name in the checkpoint
 * @param dtype the type of its elements
 * @param shape the lengths of its dimensions, outermost first (row-major); empty for a scalar
 * @param file the name of its file in the checkpoint folder
 * @param offset the position of its first byte in the file
 * @param byteLength its bytes
 */
public record TensorInfo(
    String name, DType dtype, List<Long> shape, String file, long offset, long byteLength)
    implements Serializable {

  public TensorInfo {
    shape = List.copyOf(shape);
    if (offset < 0 || byteLength < 0 || Math.addExact(offset, byteLength) < 0) {
      throw new IllegalArgumentException(
          "Tensor %s: offset %d and length %d must not be negative"
              .formatted(name, offset, byteLength));
    }
  }

  /** The number of elements: the product of the shape, 1 for a scalar. */
  public long elements() {
    return shape.contains(0L) ? 0 : shape.stream().reduce(1L, Math::multiplyExact);
  }
}

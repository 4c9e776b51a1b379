package dev.headlight.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A stored floating-point tensor of a known shape, readable piece by piece as float32. Nothing is
 * kept in memory; safe for use by several threads.
 */
public final class Weight {
  /** Large enough that the cost of a request hardly counts, small enough to stay in a cache. */
  private static final int CHUNK_BYTES = 1 << 20;

  private final TensorSource source;
  private final TensorInfo info;

  Weight(TensorSource source, TensorInfo info) {
    this.source = source;
    this.info = info;
  }

  /** Where and as what it is stored. */
  public TensorInfo info() {
    return info;
  }

  /** The number of its elements. */
  public long elements() {
    return info.elements();
  }

  /**
   * Fills a buffer with elements in row-major order, converted to float32.
   *
   * @param firstElement the first element to read
   * @param destination filled from its position to its limit
   * @throws IllegalArgumentException if the range is not within the tensor
   * @throws UncheckedIOException if the file cannot be read
   */
  public void readFloats(long firstElement, FloatBuffer destination) {
    if (firstElement < 0 || firstElement > elements() - destination.remaining()) {
      throw new IllegalArgumentException(
          "Tensor %s: %d elements from element %d on asked for, it has %d"
              .formatted(
                  Excerpt.of(info.name()), destination.remaining(), firstElement, elements()));
    }
    int elementBytes = info.dtype().byteSize();
    int chunkElements = Math.min(destination.remaining(), CHUNK_BYTES / elementBytes);
    ByteBuffer chunk = ByteBuffer.allocate(chunkElements * elementBytes);
    long next = firstElement;
    while (destination.hasRemaining()) {
      int count = Math.min(chunkElements, destination.remaining());
      chunk.clear().limit(count * elementBytes);
      read(next * elementBytes, chunk);
      info.dtype().decode(chunk.flip(), count, destination);
      next += count;
    }
  }

  private void read(long firstByte, ByteBuffer chunk) {
    try {
      source.read(info, firstByte, chunk);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "Reading tensor %s of %s failed: %s"
                  .formatted(Excerpt.of(info.name()), Excerpt.of(info.file()), e.getMessage()),
              e));
    }
  }
}

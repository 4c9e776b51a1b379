package dev.headlight.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * A stored floating-point tensor of a known shape, readable piece by piece as float32. Reads ahead:
 * small pieces one after the other, such as rows, cost one request to the storage for every 4 MiB,
 * and up to that much is held until the weight is no longer referred to. Safe for use by several
 * threads, which wait for each other.
 */
public final class Weight {
  private static final int WINDOW_BYTES = 4 << 20;

  private final TensorSource source;
  private final TensorInfo info;

  /** Holds {@code windowElements} elements from {@code windowStart} on, as they are stored. */
  private ByteBuffer window = ByteBuffer.allocate(0);

  private long windowStart;
  private int windowElements;

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
  public synchronized void readFloats(long firstElement, FloatBuffer destination) {
    if (firstElement < 0 || firstElement > elements() - destination.remaining()) {
      throw new IllegalArgumentException(
          "Tensor %s: %d elements from element %d on asked for, it has %d"
              .formatted(
                  Excerpt.of(info.name()), destination.remaining(), firstElement, elements()));
    }
    long next = firstElement;
    while (destination.hasRemaining()) {
      if (next < windowStart || next >= windowStart + windowElements) {
        moveWindow(next);
      }
      int skipped = (int) (next - windowStart);
      int count = Math.min(windowElements - skipped, destination.remaining());
      window.position(skipped * info.dtype().byteSize());
      info.dtype().decode(window, count, destination);
      next += count;
    }
  }

  private void moveWindow(long firstElement) {
    windowElements = 0; // so that nothing stale is taken for the new content if the reading fails
    if (window.capacity() == 0) {
      window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, info.byteLength()));
    }
    long firstByte = firstElement * info.dtype().byteSize();
    window.clear().limit((int) Math.min(window.capacity(), info.byteLength() - firstByte));
    try {
      source.read(info, firstByte, window);
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "Reading tensor %s of %s failed: %s"
                  .formatted(Excerpt.of(info.name()), Excerpt.of(info.file()), e.getMessage()),
              e));
    }
    windowStart = firstElement;
    windowElements = window.limit() / info.dtype().byteSize();
  }
}

package dev.headlight.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Owner of native memory: everything allocated from an arena is freed together when it is closed.
 *
 * <p>Memory is taken with {@code malloc} and is deliberately outside JavaCPP's own accounting,
 * whose limits follow the Java heap and would refuse weights larger than it. Not safe for use by
 * several threads at once.
 */
public final class NativeArena implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final List<Pointer> blocks = new ArrayList<>();
  private long allocatedBytes;
  private boolean closed;

  /**
   * Allocates an uninitialised matrix.
   *
   * @throws IllegalArgumentException if a dimension is negative or the matrix would need 2 GiB or
   *     more
   */
  public Matrix matrix(int rows, int columns) {
    long floats = Matrix.requireAddressable(rows, columns);
    return Matrix.over(bytes(Math.max(1, floats) * Float.BYTES), rows, columns);
  }

  /**
   * Allocates an uninitialised block of bytes, aligned to a cache line, little-endian when viewed
   * as a buffer.
   */
  public BytePointer bytes(long size) {
    if (closed) {
      throw new IllegalStateException("the arena is closed; allocate from an open one");
    }
    Pointer block = Pointer.malloc(size + ALIGNMENT);
    if (block == null || block.isNull()) {
      throw new OutOfMemoryError(
          "native allocation of "
              + size
              + " bytes failed; this arena already holds "
              + allocatedBytes
              + " bytes");
    }
    blocks.add(block);
    allocatedBytes += size + ALIGNMENT;
    long shift = (ALIGNMENT - block.address() % ALIGNMENT) % ALIGNMENT;
    BytePointer view = new BytePointer(block).getPointer(shift);
    view.capacity(size);
    view.limit(size);
    return view;
  }

  /** Bytes taken from the operating system so far. */
  public long allocatedBytes() {
    return allocatedBytes;
  }

  @Override
  public void close() {
    closed = true;
    blocks.forEach(Pointer::free);
    blocks.clear();
    allocatedBytes = 0;
  }
}

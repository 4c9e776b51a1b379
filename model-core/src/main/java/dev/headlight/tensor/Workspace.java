package dev.headlight.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;

/**
 * Scratch memory of one thread, used like a stack and kept from batch to batch.
 *
 * <p>What does not fit goes to further slabs. Batches that each need a little more than those
 * before would leave slabs behind that fit nothing any more, so once the stack is empty, several
 * slabs are given up for one of the size that was needed.
 *
 * <pre>{@code
 * try (Workspace.Scope scope = workspace.scope()) {
 *   Matrix hidden = workspace.matrix(tokens, width);
 * } // hidden must not be used any more
 * }</pre>
 *
 * Not safe for use by several threads at once.
 */
public final class Workspace implements AutoCloseable {
  private static final long SMALLEST_SLAB = 4L << 20;
  private static final long ALIGNMENT = 64;

  /** The next batch may need a little more than those before. */
  private static final long MOST_SPARE = 16L << 20;

  private NativeArena arena = new NativeArena();
  private final List<BytePointer> slabs = new ArrayList<>();
  private final Map<Object, AutoCloseable> attachments = new HashMap<>();
  private int slab;
  private long used;

  /** Bytes on the stack now, and at most so far. */
  private long stacked;

  private long peak;

  /** Marks the present top of the stack; closing the scope frees everything allocated since. */
  public final class Scope implements AutoCloseable {
    private final int markedSlab = slab;
    private final long markedUse = used;
    private final long markedStack = stacked;

    @Override
    public void close() {
      slab = markedSlab;
      used = markedUse;
      stacked = markedStack;
      if (stacked == 0 && slabs.size() > 1) {
        giveUpSlabs();
      }
    }
  }

  public Scope scope() {
    return new Scope();
  }

  /** Takes an uninitialised matrix {@code [rows, columns]} from the stack. */
  public Matrix matrix(int rows, int columns) {
    long floats = Math.max(1, Matrix.requireAddressable(rows, columns));
    return Matrix.over(bytes(floats * Float.BYTES), rows, columns);
  }

  /** Takes uninitialised bytes, aligned to a cache line, from the stack. */
  public BytePointer bytes(long size) {
    long rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    while (slab < slabs.size() && used + rounded > slabs.get(slab).capacity()) {
      slab++;
      used = 0;
    }
    if (slab == slabs.size()) {
      slabs.add(arena.bytes(slabs.isEmpty() ? firstSlab(rounded) : nextSlab(rounded)));
      used = 0;
    }
    BytePointer view = slabs.get(slab).getPointer(used);
    view.capacity(size);
    view.limit(size);
    used += rounded;
    stacked += rounded;
    peak = Math.max(peak, stacked);
    return view;
  }

  /** Of the size that was needed so far. */
  private long firstSlab(long bytes) {
    return nextSlab(Math.max(bytes, peak + Math.min(peak / 8, MOST_SPARE)));
  }

  private static long nextSlab(long bytes) {
    return Math.max(SMALLEST_SLAB, bytes);
  }

  private void giveUpSlabs() {
    slabs.clear();
    arena.close();
    arena = new NativeArena();
    slab = 0;
    used = 0;
  }

  /**
   * An object that belongs to this thread's work as the workspace does, made when first asked for
   * and closed with the workspace.
   *
   * @param owner who attaches it; one object each
   */
  @SuppressWarnings("unchecked") // an owner attaches objects of one type only
  public <T extends AutoCloseable> T attached(Object owner, Supplier<T> maker) {
    return (T) attachments.computeIfAbsent(owner, key -> maker.get());
  }

  /** Bytes held, in use or not. */
  public long allocatedBytes() {
    return arena.allocatedBytes();
  }

  @Override
  public void close() {
    for (AutoCloseable attachment : attachments.values()) {
      try {
        attachment.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing what is attached to a workspace failed", e);
      }
    }
    attachments.clear();
    slabs.clear();
    arena.close();
  }
}

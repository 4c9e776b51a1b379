package dev.headlight.pipeline;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntFunction;

/**
 * Chunks of which the two asked for last are held. Spark evicts broadcast values where the heap is
 * short, and puts them together again from pieces on disk at every question: weights are read in
 * many small parts, each of which would cost that much.
 */
final class RecentChunks implements IntFunction<byte[]> {
  /** A tensor may begin in one chunk and end in the next. */
  private static final int HELD = 2;

  private final IntFunction<byte[]> source;
  private final Deque<Chunk> held = new ArrayDeque<>();

  private record Chunk(int index, byte[] bytes) {}

  RecentChunks(IntFunction<byte[]> source) {
    this.source = source;
  }

  @Override
  public synchronized byte[] apply(int index) {
    for (Chunk chunk : held) {
      if (chunk.index() == index) {
        return chunk.bytes();
      }
    }
    if (held.size() == HELD) {
      held.removeLast();
    }
    held.addFirst(new Chunk(index, source.apply(index)));
    return held.getFirst().bytes();
  }
}

package dev.headlight.pipeline;

import dev.headlight.safetensors.TensorInfo;
import dev.headlight.safetensors.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Tensors whose bytes lie end to end in chunks of equal length. A tensor may begin in one chunk and
 * end in another.
 */
final class ChunkedTensors implements TensorSource {
  /** Bytes of a chunk, but for the last. */
  static final int CHUNK_BYTES = 64 << 20;

  private final SortedMap<String, TensorInfo> tensors;
  private final int chunkBytes;
  private final IntFunction<byte[]> chunks;

  /**
   * Tensors in chunks.
   *
   * @param tensors as {@link #layOut} gives them
   * @param chunks gives a chunk by its index
   */
  ChunkedTensors(Collection<TensorInfo> tensors, int chunkBytes, IntFunction<byte[]> chunks) {
    SortedMap<String, TensorInfo> byName = new TreeMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    this.tensors = Collections.unmodifiableSortedMap(byName);
    this.chunkBytes = chunkBytes;
    this.chunks = chunks;
  }

  /** Puts tensors end to end, in the order in which their files hold them. */
  static List<TensorInfo> layOut(Collection<TensorInfo> stored) {
    List<TensorInfo> laidOut = new ArrayList<>();
    long offset = 0;
    for (TensorInfo tensor : inFileOrder(stored)) {
      laidOut.add(
          new TensorInfo(
              tensor.name(),
              tensor.dtype(),
              tensor.shape(),
              tensor.file(),
              offset,
              tensor.byteLength()));
      offset += tensor.byteLength();
    }
    return laidOut;
  }

  /** Number of chunks that tensors laid out fill. */
  static int count(List<TensorInfo> laidOut, int chunkBytes) {
    return Math.toIntExact((totalBytes(laidOut) + chunkBytes - 1) / chunkBytes);
  }

  static long totalBytes(List<TensorInfo> laidOut) {
    return laidOut.stream().mapToLong(TensorInfo::byteLength).sum();
  }

  /** Reads one chunk from the checkpoint. */
  static byte[] readChunk(TensorSource source, List<TensorInfo> laidOut, int chunkBytes, int index)
      throws IOException {
    long start = (long) index * chunkBytes;
    long end = Math.min(start + chunkBytes, totalBytes(laidOut));
    byte[] chunk = new byte[Math.toIntExact(end - start)];
    for (TensorInfo tensor : laidOut) {
      long from = Math.max(start, tensor.offset());
      long to = Math.min(end, tensor.offset() + tensor.byteLength());
      if (from < to) {
        ByteBuffer part = ByteBuffer.wrap(chunk, (int) (from - start), (int) (to - from));
        source.read(source.tensors().get(tensor.name()), from - tensor.offset(), part);
      }
    }
    return chunk;
  }

  private static List<TensorInfo> inFileOrder(Collection<TensorInfo> tensors) {
    return tensors.stream()
        .sorted(Comparator.comparing(TensorInfo::file).thenComparing(TensorInfo::offset))
        .toList();
  }

  @Override
  public SortedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(TensorInfo tensor, long firstByte, ByteBuffer destination) {
    if (firstByte < 0 || firstByte > tensor.byteLength() - destination.remaining()) {
      throw new IllegalArgumentException(
          "Tensor %s: %d bytes from byte %d on asked for, it has %d"
              .formatted(tensor.name(), destination.remaining(), firstByte, tensor.byteLength()));
    }
    long next = tensor.offset() + firstByte;
    while (destination.hasRemaining()) {
      byte[] chunk = chunks.apply((int) (next / chunkBytes));
      int at = (int) (next % chunkBytes);
      int count = Math.min(destination.remaining(), chunk.length - at);
      destination.put(chunk, at, count);
      next += count;
    }
  }
}

package dev.headlight.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SortedMap;

/** Stored tensors and their bytes. Implementations are safe for use by several threads. */
public interface TensorSource {
  /** All tensors by their full names. Cannot be changed. */
  SortedMap<String, TensorInfo> tensors();

  /**
   * Fills a buffer with bytes of a tensor as they are stored (row-major, little-endian).
   *
   * @param tensor one of {@link #tensors()}
   * @param firstByte the first byte to read, counted from the start of the tensor
   * @param destination filled from its position to its limit
   * @throws IllegalArgumentException if the range is not within the tensor
   */
  void read(TensorInfo tensor, long firstByte, ByteBuffer destination) throws IOException;
}

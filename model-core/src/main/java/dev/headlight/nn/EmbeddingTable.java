package dev.headlight.nn;

import dev.headlight.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * An embedding table {@code [rows, width]} kept in the checkpoint's own dtype; rows become float32
 * when they are looked up. Chunks hold whole rows, so that a table may exceed 2 GiB. The memory
 * belongs to the model's arena.
 */
public final class EmbeddingTable {
  private final DType dtype;
  private final int rows;
  private final int width;
  private final int rowsPerChunk;
  private final List<ByteBuffer> chunks;

  public EmbeddingTable(
      DType dtype, int rows, int width, int rowsPerChunk, List<ByteBuffer> chunks) {
    this.dtype = dtype;
    this.rows = rows;
    this.width = width;
    this.rowsPerChunk = rowsPerChunk;
    this.chunks = List.copyOf(chunks);
  }

  /**
   * Sines and cosines of fixed frequencies (Vaswani 2017): pair j of columns has frequency {@code
   * 10000^(-2j / width)}.
   *
   * @param interleaved whether the columns of a pair stand side by side; otherwise all sines come
   *     first, then all cosines
   */
  public static EmbeddingTable sinusoidal(int rows, int width, boolean interleaved) {
    ByteBuffer values =
        ByteBuffer.allocate(Math.multiplyExact(rows, width * Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    int pairs = (width + 1) / 2;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < width; column++) {
        int pair = interleaved ? column / 2 : column % pairs;
        boolean sine = interleaved ? column % 2 == 0 : column < pairs;
        double angle = row * Math.pow(10_000, -2.0 * pair / width);
        values.putFloat((float) (sine ? Math.sin(angle) : Math.cos(angle)));
      }
    }
    return new EmbeddingTable(DType.F32, rows, width, rows, List.of(values.flip()));
  }

  public int rows() {
    return rows;
  }

  public int width() {
    return width;
  }

  /** Reads a row into {@code destination[0 .. width)}. */
  public void readRow(int row, float[] destination) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException(
          "row " + row + " of an embedding table of " + rows + " rows");
    }
    int rowBytes = width * dtype.byteSize();
    ByteBuffer chunk = chunks.get(row / rowsPerChunk);
    ByteBuffer stored =
        chunk.slice(row % rowsPerChunk * rowBytes, rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    dtype.decode(stored, width, FloatBuffer.wrap(destination, 0, width));
  }
}

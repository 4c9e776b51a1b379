package dev.headlight.nn;

import dev.headlight.kernel.PackedLinear;
import dev.headlight.tensor.Matrix;

/**
 * Token embedding: word, position and token type rows are added, then normalised and projected
 * where the family does so.
 *
 * @param words {@code [vocabulary, width]}
 * @param scale factor of word rows, not of embeddings that come from outside
 * @param positions null where no positions are added
 * @param tokenTypes {@code [types, width]}, or null
 * @param norm null for none
 * @param projection from width to d, or null
 */
public record TokenEmbedding(
    EmbeddingTable words,
    float scale,
    LearnedPositions positions,
    EmbeddingTable tokenTypes,
    Norm norm,
    PackedLinear projection)
    implements InputEmbedding {

  /**
   * A learned position table; position t uses row {@code t + offset}.
   *
   * @param paddingId where not negative, tokens of this id use row {@code paddingId} and do not
   *     advance the position
   */
  public record LearnedPositions(EmbeddingTable table, int offset, int paddingId) {}

  /** Width of the word table and of embeddings given from outside. */
  public int width() {
    return words.width();
  }

  /** d, after the projection if there is one. */
  public int hiddenSize() {
    return projection == null ? words.width() : projection.outputs();
  }

  /**
   * Writes the rows of one sequence of tokens.
   *
   * @param inputIds {@code [T]}
   * @param tokenTypeIds {@code [T]}, or empty for type 0
   * @param rows {@code [T, width]}
   */
  public void embedTokens(int[] inputIds, int[] tokenTypeIds, Matrix rows) {
    float[] sum = new float[width()];
    float[] addend = new float[width()];
    int position = 0;
    for (int t = 0; t < inputIds.length; t++) {
      words.readRow(inputIds[t], sum);
      scale(sum, scale);
      boolean padding =
          positions != null && positions.paddingId() >= 0 && inputIds[t] == positions.paddingId();
      addTokenType(tokenTypeIds.length == 0 ? 0 : tokenTypeIds[t], sum, addend);
      addPosition(padding ? positions.paddingId() : position + offset(), sum, addend);
      position += padding ? 0 : 1;
      rows.writeRow(t, sum, 0);
    }
  }

  /**
   * Writes the rows of one sequence of embeddings that replace the word rows.
   *
   * @param values {@code [T * width]}
   * @param rows {@code [T, width]}
   */
  public void embedValues(float[] values, Matrix rows) {
    float[] sum = new float[width()];
    float[] addend = new float[width()];
    for (int t = 0; t < rows.rows(); t++) {
      System.arraycopy(values, t * width(), sum, 0, width());
      addTokenType(0, sum, addend);
      addPosition(t + offset(), sum, addend);
      rows.writeRow(t, sum, 0);
    }
  }

  /**
   * Norm and projection of the summed rows.
   *
   * @param rows {@code [N, width]}, overwritten
   * @param hidden {@code [N, d]}; the same matrix as {@code rows} where there is no projection
   */
  public void finish(Matrix rows, Matrix hidden, ForwardContext context) {
    if (norm != null) {
      norm.apply(rows, rows, context);
    }
    if (projection != null) {
      context
          .products()
          .linear(
              rows, projection, dev.headlight.config.Activation.NONE, hidden, context.workspace());
    }
  }

  private int offset() {
    return positions == null ? 0 : positions.offset();
  }

  private static void scale(float[] row, float factor) {
    if (factor != 1f) {
      for (int j = 0; j < row.length; j++) {
        row[j] *= factor;
      }
    }
  }

  private void addTokenType(int type, float[] sum, float[] addend) {
    if (tokenTypes != null) {
      addRow(tokenTypes, type, sum, addend);
    }
  }

  private void addPosition(int row, float[] sum, float[] addend) {
    if (positions != null) {
      addRow(positions.table(), row, sum, addend);
    }
  }

  private static void addRow(EmbeddingTable table, int row, float[] sum, float[] addend) {
    table.readRow(row, addend);
    for (int j = 0; j < sum.length; j++) {
      sum[j] += addend[j];
    }
  }
}

package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.lit;

import dev.headlight.pipeline.EncoderOptions.MatrixFormat;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;

/** Columns of matrices, as nested arrays or as bytes. */
final class HiddenStateColumns {
  /** {@code array<array<float>>}. */
  static final ArrayType MATRIX =
      DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.FloatType, false), false);

  private static final ArrayType MATRICES = DataTypes.createArrayType(MATRIX, false);

  private HiddenStateColumns() {}

  /** A column {@code [n][width]}. */
  static OutputColumn matrix(
      MatrixFormat format, String name, int width, OutputColumn.Payload payload, Cost cost) {
    if (format == MatrixFormat.BINARY) {
      return OutputColumn.ofBytes(name, payload, cost);
    }
    return new OutputColumn(
        name,
        MATRIX,
        payload,
        bytes -> Bridge.call(TableCodec.class, "matrix", MATRIX, bytes, lit(width)),
        cost);
  }

  /** A column {@code [matrices][n][width]}. */
  static OutputColumn matrices(
      MatrixFormat format,
      String name,
      int matrices,
      int width,
      OutputColumn.Payload payload,
      Cost cost) {
    if (format == MatrixFormat.BINARY) {
      return OutputColumn.ofBytes(name, payload, cost);
    }
    return new OutputColumn(
        name,
        MATRICES,
        payload,
        bytes ->
            Bridge.call(TableCodec.class, "matrices", MATRICES, bytes, lit(matrices), lit(width)),
        cost);
  }
}

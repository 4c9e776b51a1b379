package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.lit;

import dev.headlight.pipeline.EmbeddingFormat.Precision;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Writes embeddings as numbers of fewer bits.
 *
 * @param ranges of each dimension, where the precision needs them
 */
record EmbeddingQuantizer(Precision precision, Optional<EmbeddingRanges> ranges) {
  static final ArrayType FLOATS = DataTypes.createArrayType(DataTypes.FloatType, false);
  private static final ArrayType BYTES = DataTypes.createArrayType(DataTypes.ByteType, false);
  private static final ArrayType SHORTS = DataTypes.createArrayType(DataTypes.ShortType, false);

  /** The type of the column. */
  ArrayType type() {
    return switch (precision) {
      case FLOAT -> FLOATS;
      case INT8, BINARY -> BYTES;
      case UINT8, UBINARY -> SHORTS;
    };
  }

  /** The column made of one of floats. */
  Column apply(Column floats) {
    if (precision == Precision.FLOAT) {
      return floats;
    }
    String method = EncoderOptions.text(precision);
    return precision.needsRanges()
        ? Bridge.call(
            QuantizationCodec.class, method, type(), floats, lit(ranges.orElseThrow().toBytes()))
        : Bridge.call(QuantizationCodec.class, method, type(), floats);
  }
}

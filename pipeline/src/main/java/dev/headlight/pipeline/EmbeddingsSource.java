package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.model.Sequence;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * {@code embeddings}: vectors that replace the token embedding {@code [T, d]}, as nested arrays, as
 * one array of {@code T * d} numbers, or as bytes.
 */
final class EmbeddingsSource implements InputSource {
  @Override
  public String name() {
    return "embeddings";
  }

  @Override
  public List<String> columnNames() {
    return List.of("embeddings", "inputs_embeds");
  }

  @Override
  public List<String> decoderColumnNames() {
    return List.of("decoder_embeddings", "decoder_inputs_embeds");
  }

  @Override
  public boolean accepts(DataType type) {
    return type.equals(DataTypes.BinaryType) || number(type) != null;
  }

  @Override
  public String acceptedTypes() {
    return "array<array<float>>, array<array<double>>, array<float>, array<double>, or binary (little-endian float32)";
  }

  @Override
  public Column payload(Column column, DataType type) {
    if (type.equals(DataTypes.BinaryType)) {
      return column;
    }
    boolean wide = number(type).equals(DataTypes.DoubleType);
    boolean nested = ((ArrayType) type).elementType() instanceof ArrayType;
    String flat = wide ? "doubles" : "floats";
    String matrix = wide ? "doubleMatrix" : "floatMatrix";
    return Bridge.call(InputCodec.class, nested ? matrix : flat, DataTypes.BinaryType, column);
  }

  @Override
  public Reader reader(String column, DataType type) {
    boolean binary = type.equals(DataTypes.BinaryType);
    return (payload, context) -> {
      int width = ((EmbeddingConfig.Tokens) context.stack().embedding()).width();
      InputPayload.Floats read =
          binary
              ? littleEndian((byte[]) payload, column)
              : InputPayload.floats((byte[]) payload, column);
      return new ReadSequence(sequence(read, width, column), false);
    };
  }

  private static Sequence.Embeddings sequence(InputPayload.Floats read, int width, String column)
      throws RejectedRow {
    if (read.rows() == 0 || (read.values().length == 0 && read.width() < 0)) {
      return new Sequence.Embeddings(new float[0], 0);
    }
    if (read.rows() > 0 && read.width() != width) {
      throw new RejectedRow(
          RejectedRow.WRONG_WIDTH,
          "%s: expected rows of %d numbers, found %d".formatted(column, width, read.width()));
    }
    if (read.values().length % width != 0) {
      throw new RejectedRow(
          RejectedRow.WRONG_WIDTH,
          "%s: expected a multiple of %d numbers, found %d"
              .formatted(column, width, read.values().length));
    }
    return new Sequence.Embeddings(read.values(), read.values().length / width);
  }

  private static InputPayload.Floats littleEndian(byte[] bytes, String column) throws RejectedRow {
    if (bytes == null) {
      throw new RejectedRow(RejectedRow.NULL_INPUT, "%s is null".formatted(column));
    }
    if (bytes.length % Float.BYTES != 0) {
      throw new RejectedRow(
          RejectedRow.WRONG_WIDTH,
          "%s: expected float32 numbers of 4 bytes each, found %d bytes"
              .formatted(column, bytes.length));
    }
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return new InputPayload.Floats(values, -1, -1);
  }

  /** The type of the numbers of a flat or nested array; null for any other type. */
  private static DataType number(DataType type) {
    if (!(type instanceof ArrayType array)) {
      return null;
    }
    DataType element =
        array.elementType() instanceof ArrayType inner ? inner.elementType() : array.elementType();
    boolean floating = element.equals(DataTypes.FloatType) || element.equals(DataTypes.DoubleType);
    return floating ? element : null;
  }
}

package dev.headlight.pipeline;

import dev.headlight.model.Sequence;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** {@code tokens}: token ids. */
final class TokensSource implements InputSource {
  @Override
  public String name() {
    return "tokens";
  }

  @Override
  public List<String> columnNames() {
    return List.of("input_ids");
  }

  @Override
  public List<String> decoderColumnNames() {
    return List.of("decoder_input_ids");
  }

  @Override
  public boolean accepts(DataType type) {
    return isIds(type);
  }

  @Override
  public String acceptedTypes() {
    return "array<int> or array<bigint>";
  }

  @Override
  public Column payload(Column column, DataType type) {
    return idsPayload(column, type);
  }

  @Override
  public Reader reader(String column, DataType type) {
    return (payload, context) ->
        new ReadSequence(Sequence.Tokens.of(InputPayload.ints((byte[]) payload, column)), false);
  }

  /** Whether a column holds arrays of whole numbers of 32 or 64 bits. */
  static boolean isIds(DataType type) {
    return type instanceof ArrayType array
        && (array.elementType().equals(DataTypes.IntegerType)
            || array.elementType().equals(DataTypes.LongType));
  }

  /** Such a column as it travels to the tasks. */
  static Column idsPayload(Column column, DataType type) {
    boolean wide = ((ArrayType) type).elementType().equals(DataTypes.LongType);
    return Bridge.call(InputCodec.class, wide ? "longs" : "ints", DataTypes.BinaryType, column);
  }
}

package dev.headlight.pipeline;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.model.Sequence;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * {@code pixel_values}: images that were preprocessed elsewhere, {@code [C, H, W]} as nested
 * arrays, or as one array of {@code C * H * W} numbers in the model's own size.
 */
final class PixelValuesSource implements InputSource {
  private static final String NAME = "pixel_values";
  private static final int NESTED = 3;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> columnNames() {
    return List.of(NAME);
  }

  @Override
  public List<String> decoderColumnNames() {
    return List.of();
  }

  @Override
  public boolean fits(StackConfig stack) {
    return stack.embedding() instanceof EmbeddingConfig.Patches;
  }

  @Override
  public boolean accepts(DataType type) {
    int depth = depth(type);
    DataType element = element(type);
    return (depth == 1 || depth == NESTED)
        && (element.equals(DataTypes.FloatType) || element.equals(DataTypes.DoubleType));
  }

  @Override
  public String acceptedTypes() {
    return "array<float>, array<double>, or one of them nested as channels, rows, columns";
  }

  @Override
  public Column payload(Column column, DataType type) {
    boolean wide = element(type).equals(DataTypes.DoubleType);
    String flat = wide ? "doubles" : "floats";
    String cube = wide ? "doubleCube" : "floatCube";
    return Bridge.call(
        InputCodec.class, depth(type) == 1 ? flat : cube, DataTypes.BinaryType, column);
  }

  @Override
  public Reader reader(String column, DataType type) {
    boolean flat = depth(type) == 1;
    return (payload, context) -> {
      if (!flat) {
        return new ReadSequence(InputPayload.pixels((byte[]) payload, column), false);
      }
      EmbeddingConfig.Patches patches = (EmbeddingConfig.Patches) context.stack().embedding();
      float[] values = InputPayload.floats((byte[]) payload, column).values();
      return new ReadSequence(inModelSize(values, patches, column), false);
    };
  }

  private static Sequence.Pixels inModelSize(
      float[] values, EmbeddingConfig.Patches patches, String column) throws RejectedRow {
    EmbeddingConfig.Size size = patches.image();
    long expected = (long) patches.channels() * size.height() * size.width();
    if (values.length != expected) {
      throw new RejectedRow(
          RejectedRow.WRONG_SIZE,
          "%s: expected %d numbers (%d x %d x %d), found %d"
              .formatted(
                  column,
                  expected,
                  patches.channels(),
                  size.height(),
                  size.width(),
                  values.length));
    }
    return new Sequence.Pixels(values, patches.channels(), size.height(), size.width());
  }

  private static int depth(DataType type) {
    return type instanceof ArrayType array ? 1 + depth(array.elementType()) : 0;
  }

  private static DataType element(DataType type) {
    return type instanceof ArrayType array ? element(array.elementType()) : type;
  }
}

package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.struct;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.StackConfig;
import dev.headlight.image.ImageException;
import dev.headlight.image.RasterImage;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * {@code image}: PNG or JPEG files, or images as Spark's data source of that name gives them. The
 * checkpoint's {@code preprocessor_config.json} says how they become pixel values.
 */
final class ImageSource implements InputSource {
  /** The fields of Spark's images that are needed, in the order in which they travel. */
  private static final List<String> FIELDS =
      List.of("height", "width", "nChannels", "mode", "data");

  @Override
  public String name() {
    return "image";
  }

  @Override
  public List<String> columnNames() {
    return List.of("image");
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
    return type.equals(DataTypes.BinaryType) || isSparkImage(type);
  }

  private static boolean isSparkImage(DataType type) {
    if (!(type instanceof StructType struct)) {
      return false;
    }
    return FIELDS.stream()
        .allMatch(
            name ->
                Arrays.stream(struct.fields())
                    .anyMatch(
                        field ->
                            field.name().equals(name)
                                && field
                                    .dataType()
                                    .equals(
                                        name.equals("data")
                                            ? DataTypes.BinaryType
                                            : DataTypes.IntegerType)));
  }

  @Override
  public String acceptedTypes() {
    return "binary (PNG or JPEG) or a struct of Spark's image data source";
  }

  @Override
  public Column payload(Column column, DataType type) {
    if (type.equals(DataTypes.BinaryType)) {
      return column;
    }
    return struct(FIELDS.stream().map(column::getField).toArray(Column[]::new));
  }

  @Override
  public Reader reader(String column, DataType type) {
    boolean file = type.equals(DataTypes.BinaryType);
    return (payload, context) -> {
      try {
        RasterImage image =
            file ? decode((byte[]) payload, column) : ofSpark((Row) payload, column);
        return new ReadSequence(
            context.model().imageProcessor().orElseThrow().process(image), false);
      } catch (ImageException e) {
        throw new RejectedRow(e.reason(), "%s: %s".formatted(column, e.getMessage()));
      }
    };
  }

  private static RasterImage decode(byte[] file, String column) throws RejectedRow {
    if (file == null) {
      throw new RejectedRow(RejectedRow.NULL_INPUT, "%s is null".formatted(column));
    }
    if (file.length == 0) {
      throw new RejectedRow(RejectedRow.EMPTY, "%s has no bytes".formatted(column));
    }
    return RasterImage.decode(file);
  }

  private static RasterImage ofSpark(Row image, String column) throws RejectedRow {
    for (int i = 0; i < FIELDS.size(); i++) {
      if (image.isNullAt(i)) {
        throw new RejectedRow(
            RejectedRow.NULL_INPUT, "%s, %s is null".formatted(column, FIELDS.get(i)));
      }
    }
    return RasterImage.ofSpark(
        image.getInt(1), image.getInt(0), image.getInt(2), image.getInt(3), image.getAs(4));
  }
}

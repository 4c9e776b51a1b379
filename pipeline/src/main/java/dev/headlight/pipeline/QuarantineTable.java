package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.base64;
import static org.apache.spark.sql.functions.unbase64;

import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/** The table of bad rows: id, reason code, message and source file. */
final class QuarantineTable {
  private static final StructType FILE_SCHEMA =
      new StructType()
          .add(QuarantineFiles.ID, DataTypes.StringType)
          .add(QuarantineFiles.REASON, DataTypes.StringType)
          .add(QuarantineFiles.MESSAGE, DataTypes.StringType)
          .add(QuarantineFiles.SOURCE_FILE, DataTypes.StringType);

  private QuarantineTable() {}

  /** An id as a string from which {@link #read} makes the id again. */
  static Column idText(Column id, DataType type) {
    return type.equals(DataTypes.BinaryType) ? base64(id) : id.cast(DataTypes.StringType);
  }

  /**
   * Refuses ids that have no such string.
   *
   * @throws ConfigurationException for arrays, structs and maps
   */
  static void requireAtomic(String column, DataType type) {
    if (type instanceof ArrayType || type instanceof StructType || type instanceof MapType) {
      throw new ConfigurationException(
          "id-column '%s': expected a string, number, date or binary, found %s. Choose another column with id-column."
              .formatted(column, type.simpleString()));
    }
  }

  /** The bad rows of the partitions that reported any. */
  static Dataset<Row> read(
      SparkSession spark, String folder, PartitionReports reports, DataType idType) {
    String[] files =
        reports.value().values().stream()
            .map(PartitionReport::quarantineFile)
            .filter(Objects::nonNull)
            .map(name -> new Path(folder, name).toString())
            .sorted()
            .toArray(String[]::new);
    Dataset<Row> rows =
        files.length == 0
            ? spark.createDataFrame(List.of(), FILE_SCHEMA)
            : spark.read().schema(FILE_SCHEMA).json(files);
    Column text = rows.col(QuarantineFiles.ID);
    Column id = idType.equals(DataTypes.BinaryType) ? unbase64(text) : text.cast(idType);
    return rows.select(
        id.as(QuarantineFiles.ID),
        rows.col(QuarantineFiles.REASON),
        rows.col(QuarantineFiles.MESSAGE),
        rows.col(QuarantineFiles.SOURCE_FILE));
  }
}

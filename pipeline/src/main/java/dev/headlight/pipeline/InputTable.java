package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The table to read, with an id for every row.
 *
 * @param table as it is stored
 * @param idColumn the column that is the id, if one is
 * @param id the row's id
 * @param idType its type
 * @param sourceFile the file the row is from; null where the format does not tell
 */
record InputTable(
    Dataset<Row> table, Optional<String> idColumn, Column id, DataType idType, Column sourceFile) {
  private static final String DEFAULT_ID = "id";

  /** Formats that make one row of each file. */
  private static final List<String> WHOLE_FILES = List.of("image", "binaryfile");

  /**
   * Opens a table and chooses its id: a named column, else {@code id}, else the row's file and
   * position in it. The last does not depend on how the table is divided among tasks, and holds for
   * Parquet only, which alone knows positions. A file that is one row is named by its path.
   *
   * @throws ConfigurationException if the table cannot be read or has no id
   */
  static InputTable open(SparkSession spark, RunOptions options) {
    Dataset<Row> table = read(spark, options);
    StructType schema = table.schema();
    Optional<String> idColumn =
        options.idColumn().isPresent()
            ? options.idColumn()
            : Arrays.stream(schema.fieldNames()).filter(DEFAULT_ID::equals).findFirst();
    Column sourceFile = metadata(table, "file_path");
    if (idColumn.isPresent()) {
      DataType type = InputSelection.field(schema, idColumn.get()).dataType();
      QuarantineTable.requireAtomic(idColumn.get(), type);
      return new InputTable(table, idColumn, EncodingPlan.column(idColumn.get()), type, sourceFile);
    }
    if (WHOLE_FILES.contains(options.inputFormat().toLowerCase(Locale.ROOT))
        && sourceFile != null) {
      Column id = relative(spark, options.input(), sourceFile);
      return new InputTable(table, idColumn, id, DataTypes.StringType, sourceFile);
    }
    Column row = metadata(table, "row_index");
    if (row == null || sourceFile == null) {
      throw new ConfigurationException(
          "%s: expected a column '%s', found the columns %s. Name the column that tells rows apart with id-column; only Parquet tables, and files that are a row each, can do without."
              .formatted(options.input(), DEFAULT_ID, String.join(", ", schema.fieldNames())));
    }
    Column id = concat(relative(spark, options.input(), sourceFile), lit("#"), row);
    return new InputTable(table, idColumn, id, DataTypes.StringType, sourceFile);
  }

  private static Dataset<Row> read(SparkSession spark, RunOptions options) {
    Path path = HadoopFiles.path(options.input(), "a table to read");
    try {
      return StoredTables.read(spark, options.inputFormat(), options.input());
    } catch (Exception e) {
      HadoopFiles.requireFileSystem(path, e);
      if (e instanceof AnalysisException || e.getCause() instanceof ClassNotFoundException) {
        throw unreadable(options, e.getMessage(), e);
      }
      if (e instanceof SparkException || e instanceof IOException) {
        // Files are opened to find the columns, by tasks.
        throw unreadable(options, rootMessage(e), e);
      }
      throw e;
    }
  }

  private static ConfigurationException unreadable(RunOptions options, String why, Exception e) {
    return new ConfigurationException(
        "%s: the table cannot be read as %s: %s. Check its path, and name its format with input-format."
            .formatted(options.input(), options.inputFormat(), why.strip().replaceAll("\\.$", "")),
        e);
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /** A column of what Spark knows of files; null where it knows nothing. */
  private static Column metadata(Dataset<Row> table, String name) {
    Column column = functions.col("_metadata." + name);
    try {
      // Asking for the schema resolves the column, and reads nothing.
      table.select(column).schema();
      return column;
    } catch (Exception e) {
      if (e instanceof AnalysisException) {
        return null;
      }
      throw e;
    }
  }

  /** A file by its path in the table's folder, so that the id survives a move of the table. */
  private static Column relative(SparkSession spark, String input, Column file) {
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    try {
      Path root = HadoopFiles.qualified(new Path(input), configuration);
      // file:/folder, as Spark writes it, not file:///folder, as a qualified path is.
      Path plain = new Path(root.toString());
      String folder = plain.toUri() + "/";
      String parent = plain.getParent() == null ? folder : plain.getParent().toUri() + "/";
      return when(file.startsWith(folder), after(file, folder))
          .when(file.startsWith(parent), after(file, parent))
          .otherwise(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Column after(Column file, String prefix) {
    return functions.substr(file, lit(prefix.length() + 1), length(file));
  }
}

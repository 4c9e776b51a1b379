package dev.headlight.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A table of token sequences whose lengths are spread as those of texts are, log-normally, and
 * whose tokens are as frequent as words are, by Zipf's law. Always the same.
 */
final class DemoTable {
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("source", DataTypes.StringType, false)
          .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType, false), false);

  private static final List<String> SOURCES = List.of("letters", "manuals", "minutes", "novels");
  private static final double MEDIAN_TOKENS = 48;
  private static final double SPREAD = 0.75;
  private static final int LEAST_TOKENS = 4;
  private static final int FILES = 4;

  private final Random random = new Random(1949);

  private DemoTable() {}

  /** Writes the table as Parquet, over one that may be there. */
  static void write(SparkSession spark, Path folder, int sequences) {
    DemoTable table = new DemoTable();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      rows.add(
          RowFactory.create(
              String.format(Locale.ROOT, "text-%06d", i),
              SOURCES.get(table.random.nextInt(SOURCES.size())),
              table.inputIds()));
    }
    spark
        .createDataFrame(rows, SCHEMA)
        .repartition(FILES)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder.toString());
  }

  private Integer[] inputIds() {
    double length = MEDIAN_TOKENS * Math.exp(SPREAD * random.nextGaussian());
    int tokens = (int) Math.max(LEAST_TOKENS, Math.min(DemoCheckpoint.MAX_TOKENS, length));
    Integer[] ids = new Integer[tokens];
    ids[0] = DemoCheckpoint.FIRST_TOKEN;
    for (int t = 1; t < tokens - 1; t++) {
      ids[t] = word();
    }
    ids[tokens - 1] = DemoCheckpoint.LAST_TOKEN;
    return ids;
  }

  /** The logarithm of the rank is spread evenly: rank r has a frequency of about 1 / r. */
  private int word() {
    int first = DemoCheckpoint.LAST_TOKEN + 1;
    int words = DemoCheckpoint.VOCABULARY - first;
    return first + (int) Math.pow(words, random.nextDouble()) - 1;
  }
}

package dev.headlight.jobs;

import java.util.ArrayList;
import java.util.Collections;
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
 * A table of token sequences whose lengths are spread as those of texts are, log-normally. Its
 * column {@code label} says what they are: {@code repeated}, a few tokens again and again; {@code
 * passage}, in which one passage comes twice; {@code random}, without any token twice. Always the
 * same.
 */
final class DemoTable {
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("label", DataTypes.StringType, false)
          .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType, false), false);

  private static final List<String> LABELS = List.of("passage", "random", "repeated");
  private static final double MEDIAN_TOKENS = 48;
  private static final double SPREAD = 0.6;
  private static final int LEAST_TOKENS = 10;
  private static final int MOST_TOKENS = 256;
  private static final int LEAST_REPEATED = 3;
  private static final int FILES = 4;

  private final Random random = new Random(1949);
  private final List<Integer> words = new ArrayList<>();

  private DemoTable() {
    for (int word = DemoCheckpoint.FIRST_WORD; word < DemoCheckpoint.VOCABULARY; word++) {
      words.add(word);
    }
  }

  /** Writes the table as Parquet, over one that may be there. */
  static void write(SparkSession spark, Path folder, int sequences) {
    DemoTable table = new DemoTable();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      String label = LABELS.get(table.random.nextInt(LABELS.size()));
      rows.add(
          RowFactory.create(
              String.format(Locale.ROOT, "sequence-%06d", i), label, table.inputIds(label)));
    }
    spark
        .createDataFrame(rows, SCHEMA)
        .repartition(FILES)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder.toString());
  }

  private Integer[] inputIds(String label) {
    double length = MEDIAN_TOKENS * Math.exp(SPREAD * random.nextGaussian());
    int tokens = (int) Math.max(LEAST_TOKENS, Math.min(MOST_TOKENS, length));
    Collections.shuffle(words, random);
    Integer[] ids = new Integer[tokens];
    ids[0] = DemoCheckpoint.FIRST_TOKEN;
    for (int t = 1; t < tokens; t++) {
      ids[t] = words.get(t);
    }
    switch (label) {
      case "repeated" -> repeat(ids);
      case "passage" -> copyPassage(ids);
      default -> {}
    }
    return ids;
  }

  /** All words but the first few are those of a period before. */
  private void repeat(Integer[] ids) {
    int most = (ids.length - 1) / 2;
    int period = LEAST_REPEATED + random.nextInt(most - LEAST_REPEATED + 1);
    for (int t = 1 + period; t < ids.length; t++) {
      ids[t] = ids[t - period];
    }
  }

  /** A passage of up to a third of the words comes again later. */
  private void copyPassage(Integer[] ids) {
    int words = ids.length - 1;
    int length = LEAST_REPEATED + random.nextInt(words / 3 - LEAST_REPEATED + 1);
    int start = 1 + random.nextInt(words - 2 * length + 1);
    int again = start + length + random.nextInt(words + 1 - start - 2 * length + 1);
    System.arraycopy(ids, start, ids, again, length);
  }
}

package dev.headlight.pipeline;

import dev.headlight.testing.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Tables of random token ids: {@code id}, {@code label} and {@code input_ids}. */
final class TokenTable {
  static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("label", DataTypes.DoubleType)
          .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType));

  private TokenTable() {}

  /** Sequences of 1 to {@code longest} tokens of a checkpoint's vocabulary. */
  static List<Row> rows(GoldenCase golden, int count, int longest) {
    int vocabulary = golden.json("config.json").path("vocab_size").asInt();
    Random random = new Random(20260101);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Integer> ids = new ArrayList<>();
      int length = 1 + random.nextInt(longest);
      for (int t = 0; t < length; t++) {
        ids.add(random.nextInt(vocabulary));
      }
      rows.add(RowFactory.create("row-" + i, i / 2.0, ids));
    }
    return rows;
  }

  static Row row(String id, List<Integer> ids) {
    return RowFactory.create(id, null, ids);
  }

  static Dataset<Row> table(List<Row> rows) {
    return TestSpark.session().createDataFrame(rows, SCHEMA);
  }
}

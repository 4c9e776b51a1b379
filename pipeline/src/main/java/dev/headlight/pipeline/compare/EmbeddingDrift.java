package dev.headlight.pipeline.compare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.xxhash64;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.collection.Seq;

/** How embeddings of the same sequences differ between two tables. */
final class EmbeddingDrift {
  /** Sequences that linear CKA is computed of. */
  static final int SAMPLE = 1000;

  private static final String COSINE =
      "if(size(first) = size(second),"
          + " aggregate(zip_with(first, second, (x, y) -> cast(x AS double) * y), 0D, (s, t) -> s + t)"
          + " / sqrt(aggregate(first, 0D, (s, x) -> s + cast(x AS double) * x))"
          + " / sqrt(aggregate(second, 0D, (s, x) -> s + cast(x AS double) * x)), null)";

  private EmbeddingDrift() {}

  /** Cosines (null where widths differ) and CKA, of the sequences that both have. */
  static ObjectNode of(Dataset<Row> first, Dataset<Row> second) {
    Dataset<Row> both =
        first
            .select(col("id"), col("embedding").as("first"))
            .join(second.select(col("id"), col("embedding").as("second")), "id")
            .filter("first IS NOT NULL AND second IS NOT NULL");
    Row cosines =
        both.select(expr(COSINE).as("cosine"))
            .selectExpr(
                "count(cosine)",
                "avg(cosine)",
                "stddev_samp(cosine)",
                "min(cosine)",
                "percentile_approx(cosine, array(0.05D, 0.5D), 10000)",
                "max(cosine)")
            .first();
    ObjectNode node = new ObjectMapper().createObjectNode();
    node.put("sequences", cosines.getLong(0));
    if (cosines.getLong(0) > 0) {
      ObjectNode cosine = node.putObject("cosine");
      cosine.put("mean", cosines.getDouble(1));
      cosine.put("stddev", cosines.isNullAt(2) ? null : (Double) cosines.getDouble(2));
      cosine.put("min", cosines.getDouble(3));
      Seq<Double> quantiles = cosines.getSeq(4);
      cosine.put("p05", quantiles.apply(0));
      cosine.put("p50", quantiles.apply(1));
      cosine.put("max", cosines.getDouble(5));
    }
    List<Row> sample = both.orderBy(xxhash64(col("id")), col("id")).limit(SAMPLE).collectAsList();
    if (sample.size() > 2) {
      double cka = LinearCka.of(matrix(sample, 1), matrix(sample, 2));
      if (Double.isFinite(cka)) {
        node.put("cka", cka).put("cka_sequences", sample.size());
      }
    }
    return node;
  }

  private static double[][] matrix(List<Row> rows, int column) {
    double[][] matrix = new double[rows.size()][];
    for (int i = 0; i < matrix.length; i++) {
      Seq<Float> values = rows.get(i).getSeq(column);
      double[] row = new double[values.size()];
      for (int j = 0; j < row.length; j++) {
        row[j] = values.apply(j);
      }
      matrix[i] = row;
    }
    return matrix;
  }
}

package dev.headlight.pipeline.report;

import static org.apache.spark.ml.functions.array_to_vector;
import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.ml.feature.PCA;
import org.apache.spark.ml.feature.PCAModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;

/** Embeddings of a sample of the sequences on their first two principal components. */
final class EmbeddingMap {
  private static final int MOST_POINTS = 1500;

  /** Wider embeddings are not drawn: the covariance would fill the driver's memory. */
  private static final int MOST_WIDTH = 4096;

  private static final int MOST_VALUES = 12;
  private static final int MOST_COLUMNS = 6;
  private static final long SEED = 1;
  private static final String EMBEDDING = "embedding";
  private static final ObjectMapper JSON = new ObjectMapper();

  private EmbeddingMap() {}

  /**
   * Adds {@code embeddings} to the data of a report, if there are any.
   *
   * @param count of the sequences
   */
  static void add(ObjectNode data, Dataset<Row> sequences, long count) {
    if (!ExampleTables.hasColumns(sequences, List.of("id", EMBEDDING))
        || !sequences
            .schema()
            .apply(EMBEDDING)
            .dataType()
            .sameType(DataTypes.createArrayType(DataTypes.FloatType))) {
      return;
    }
    List<String> columns = labelColumns(sequences);
    List<Column> selected = new ArrayList<>();
    selected.add(col("id").cast(DataTypes.StringType).as("id"));
    selected.add(array_to_vector(col(EMBEDDING)).as("vector"));
    columns.forEach(name -> selected.add(quoted(name).cast(DataTypes.StringType).as(name)));
    double share = Math.min(1, 1.2 * MOST_POINTS / Math.max(1, count));
    Dataset<Row> sample =
        (share < 1 ? sequences.sample(share, SEED) : sequences)
            .filter(col(EMBEDDING).isNotNull())
            .select(selected.toArray(Column[]::new))
            .limit(MOST_POINTS)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long points = sample.count();
      int width = points == 0 ? 0 : ((Vector) sample.first().get(1)).size();
      if (points >= 3 && width >= 2 && width <= MOST_WIDTH) {
        data.set("embeddings", project(sample, columns, count));
      }
    } finally {
      sample.unpersist();
    }
  }

  private static ObjectNode project(Dataset<Row> sample, List<String> columns, long count) {
    PCAModel model = new PCA().setInputCol("vector").setOutputCol("components").setK(2).fit(sample);
    ObjectNode map = JSON.createObjectNode();
    map.put("sequences", count);
    ArrayNode explained = map.putArray("explained");
    for (double part : model.explainedVariance().toArray()) {
      Numbers.add(explained, part);
    }
    ArrayNode points = map.putArray("points");
    List<Row> rows = model.transform(sample).collectAsList();
    for (Row row : rows) {
      Vector at = (Vector) row.get(row.size() - 1);
      ArrayNode point = points.addArray().add(Texts.name(row.getString(0)));
      Numbers.add(point, at.apply(0));
      Numbers.add(point, at.apply(1));
    }
    TreeMap<String, List<String>> labels = new TreeMap<>();
    for (int i = 0; i < columns.size(); i++) {
      int index = 2 + i;
      List<String> values = rows.stream().map(row -> String.valueOf(row.get(index))).toList();
      if (new TreeSet<>(values).size() <= MOST_VALUES) {
        labels.put(columns.get(i), values);
      }
    }
    ObjectNode columnNode = map.putObject("columns");
    labels.forEach(
        (name, values) -> {
          ArrayNode list = columnNode.putArray(name);
          values.forEach(value -> list.add(Texts.shortened(value)));
        });
    return map;
  }

  /** Columns of text, numbers or truth values that could tell sequences apart. */
  private static List<String> labelColumns(Dataset<Row> sequences) {
    return Arrays.stream(sequences.schema().fields())
        .filter(field -> !List.of("id", "n_tokens", "width").contains(field.name()))
        .filter(
            field ->
                !(field.dataType() instanceof ArrayType)
                    && List.of("string", "int", "bigint", "smallint", "tinyint", "boolean")
                        .contains(field.dataType().simpleString()))
        .map(org.apache.spark.sql.types.StructField::name)
        .limit(MOST_COLUMNS)
        .toList();
  }

  private static Column quoted(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }
}

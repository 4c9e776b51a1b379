package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.posexplode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The least and the greatest number of each dimension of embeddings.
 *
 * @param least {@code [width]}
 * @param greatest {@code [width]}
 */
record EmbeddingRanges(float[] least, float[] greatest) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The ranges of a column of a table. Runs a Spark job. */
  static EmbeddingRanges of(Dataset<Row> table, Column embedding, int width) {
    EmbeddingRanges ranges = new EmbeddingRanges(new float[width], new float[width]);
    for (Row row :
        table
            .select(posexplode(embedding))
            .groupBy("pos")
            .agg(min(col("col")), max(col("col")))
            .collectAsList()) {
      ranges.least[row.getInt(0)] = row.getFloat(1);
      ranges.greatest[row.getInt(0)] = row.getFloat(2);
    }
    return ranges;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param location of the text, for messages
   * @throws ConfigurationException if it is malformed or not of {@code width} dimensions
   */
  static EmbeddingRanges parse(String location, String json, int width) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ConfigurationException(
          "embedding-ranges: %s is no JSON: %s".formatted(location, e.getOriginalMessage()), e);
    }
    EmbeddingRanges ranges =
        new EmbeddingRanges(
            numbers(location, root, "min", width), numbers(location, root, "max", width));
    for (int i = 0; i < width; i++) {
      if (ranges.least[i] > ranges.greatest[i]) {
        throw new ConfigurationException(
            "embedding-ranges: %s, dimension %d: expected a min of at most max, found %s and %s"
                .formatted(location, i, ranges.least[i], ranges.greatest[i]));
      }
    }
    return ranges;
  }

  private static float[] numbers(String location, JsonNode root, String name, int width) {
    JsonNode values = root.path(name);
    if (values.size() != width) {
      throw new ConfigurationException(
          "embedding-ranges: %s, %s: expected %d numbers, one for each dimension, found %d. Take the ranges of a run of the same model, pooling and truncate-dim."
              .formatted(location, name, width, values.size()));
    }
    float[] numbers = new float[width];
    for (int i = 0; i < width; i++) {
      numbers[i] = values.get(i).floatValue();
      if (!values.get(i).isNumber() || !Float.isFinite(numbers[i])) {
        throw new ConfigurationException(
            "embedding-ranges: %s, %s, dimension %d: expected a number, found '%s'"
                .formatted(location, name, i, values.get(i).asText()));
      }
    }
    return numbers;
  }

  /** An object with the arrays {@code min} and {@code max}. */
  String toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.set("min", JSON.valueToTree(least));
    root.set("max", JSON.valueToTree(greatest));
    return root + "\n";
  }

  /** Little-endian float32, least before greatest. */
  byte[] toBytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(2 * least.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(least).put(greatest);
    return bytes.array();
  }
}

package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Which sequences and heads are worth a look at their attention: of every label of the atlas the
 * sequences in which its first heads show it most, and these heads; all heads of a small model.
 *
 * @param ids of sequences, as text
 * @param heads as {@code attention/layer/head}; empty for all
 */
record ExampleChoice(List<String> ids, List<String> heads) {
  /** A model of no more heads has all of them in examples. */
  private static final int MOST_HEADS = 64;

  private static final int HEADS_PER_LABEL = 4;

  /**
   * Chooses.
   *
   * @param chosen ids that are wanted whatever they show
   * @param most sequences beside the chosen ones
   */
  static ExampleChoice of(JsonNode atlas, Dataset<Row> summary, List<String> chosen, int most) {
    Set<String> ids = new LinkedHashSet<>(chosen);
    Set<String> heads = new LinkedHashSet<>();
    List<JsonNode> firsts = new ArrayList<>();
    for (int rank = 0; rank < HEADS_PER_LABEL; rank++) {
      for (JsonNode label : atlas.path("labels")) {
        JsonNode head = label.path("heads").path(rank);
        if (!head.isMissingNode()) {
          firsts.add(head);
          heads.add(name(head));
        }
      }
    }
    for (JsonNode head : firsts) {
      for (String id : highest(summary, head)) {
        if (ids.size() < chosen.size() + most) {
          ids.add(id);
        }
      }
    }
    boolean all = atlas.path("heads").size() <= MOST_HEADS;
    return new ExampleChoice(List.copyOf(ids), all ? List.of() : List.copyOf(heads));
  }

  private static String name(JsonNode head) {
    return "%s/%d/%d"
        .formatted(
            head.path("attention").asText(), head.path("layer").asInt(), head.path("head").asInt());
  }

  private static List<String> highest(Dataset<Row> summary, JsonNode head) {
    List<Row> found =
        summary
            .filter("subset IS NULL")
            .filter(summary.col("attention").equalTo(head.path("attention").asText()))
            .filter(summary.col("layer").equalTo(head.path("layer").asInt()))
            .filter(summary.col("head").equalTo(head.path("head").asInt()))
            .filter(summary.col("statistic").equalTo(head.path("statistic").asText()))
            .selectExpr("transform(highest, high -> high.id)")
            .collectAsList();
    if (found.isEmpty()) {
      return List.of();
    }
    scala.collection.Seq<String> ids = found.get(0).getSeq(0);
    return List.copyOf(CollectionConverters.asJava(ids));
  }
}

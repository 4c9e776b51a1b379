package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Statistics that need more than the attention: columns of the table, special tokens, images. */
class StatisticGroupsTest {
  private static final GoldenCase LLAMA = Goldens.get(Goldens.GOLDENS, "llama");

  private static List<Row> heads(GoldenCase golden, String group, Dataset<Row> table) {
    Row row =
        new SequenceEncoder()
            .setModelPath(golden.folder().toString())
            .setOutputs("attention_statistics")
            .setStatistics(group)
            .transform(table)
            .head();
    assertThat(row.<Row>getAs("error")).isNull();
    return row.getList(row.fieldIndex("attention_statistics"));
  }

  private static Dataset<Row> table(DataType segmentType, Object segments) {
    StructType schema =
        new StructType()
            .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType))
            .add("segment", segmentType);
    List<Integer> ids = List.of(5, 9, 17, 33, 2, 8);
    return TestSpark.session().createDataFrame(List.of(RowFactory.create(ids, segments)), schema);
  }

  @Test
  void lookbackReadsTheSegmentsOfTheTable() {
    DataType numbers = DataTypes.createArrayType(DataTypes.IntegerType);

    assertThat(heads(LLAMA, "lookback", table(numbers, List.of(0, 0, 0, 1, 1, 1))))
        .hasSize(8)
        .allSatisfy(
            head -> assertThat(head.<Float>getAs("lookback_ratio")).isBetween(0.001f, 0.999f));
    assertThat(heads(LLAMA, "lookback", table(numbers, null)))
        .allSatisfy(head -> assertThat(head.<Float>getAs("lookback_ratio")).isNull());
  }

  @Test
  void aColumnOfAnotherKindThatIsCalledSegmentIsLeftAlone() {
    assertThat(heads(LLAMA, "lookback", table(DataTypes.StringType, "retail")))
        .allSatisfy(head -> assertThat(head.<Float>getAs("lookback_ratio")).isNull());
  }

  @Test
  void segmentsOfAnotherLengthAreABadRow() {
    DataType numbers = DataTypes.createArrayType(DataTypes.IntegerType);

    Row row =
        new SequenceEncoder()
            .setModelPath(LLAMA.folder().toString())
            .setOutputs("attention_statistics")
            .setStatistics("lookback")
            .transform(table(numbers, List.of(0, 1)))
            .head();

    assertThat(row.<Row>getAs("error").<String>getAs("message"))
        .isEqualTo("segment: expected 6 values, as many as input_ids has tokens, found 2");
  }

  @Test
  void specialTokensAreThoseOfTheTokenizer() {
    GoldenCase golden = Goldens.get(Goldens.SENTENCE_TRANSFORMERS, "bert-cls");
    Dataset<Row> table =
        TestSpark.session()
            .createDataFrame(
                List.of(RowFactory.create("a small text")),
                new StructType().add("text", DataTypes.StringType));

    assertThat(heads(golden, "special,position", table))
        .isNotEmpty()
        .allSatisfy(
            head -> {
              float opening = head.<Float>getAs("cls_mass");
              assertThat(opening).isEqualTo(head.<Float>getAs("first_token_mass"));
              assertThat(head.<Float>getAs("special_token_mass"))
                  .isGreaterThan(opening)
                  .isLessThan(1f);
              assertThat(head.<Float>getAs("sep_mass")).isPositive();
            });
  }

  @Test
  void pixelDistanceIsThatOfAnImage() {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, "vit-gray28");

    assertThat(heads(golden, "pixels", GoldenTable.of(golden, "batch").table()))
        .isNotEmpty()
        .allSatisfy(
            head -> assertThat(head.<Float>getAs("pixel_distance")).isBetween(1f, 28f * 1.5f));
  }

  @Test
  void updatesOfTheEmbeddingOutputAreNull() {
    List<Row> layers = new ArrayList<>();
    Row row =
        new SequenceEncoder()
            .setModelPath(LLAMA.folder().toString())
            .setOutputs("layer_statistics")
            .setStatistics("updates")
            .transform(table(DataTypes.StringType, ""))
            .head();
    layers.addAll(row.getList(row.fieldIndex("layer_statistics")));

    assertThat(layers).hasSize(3);
    assertThat(layers.get(0).<Float>getAs("attention_update_norm")).isNull();
    for (Row layer : layers.subList(1, 3)) {
      assertThat(layer.<Float>getAs("attention_update_norm")).isPositive();
      assertThat(layer.<Float>getAs("feed_forward_update_norm")).isPositive();
      assertThat(layer.<Float>getAs("cross_attention_update_norm")).isNull();
      assertThat(layer.<Float>getAs("gate_sparsity")).isBetween(0f, 1f);
    }
  }
}

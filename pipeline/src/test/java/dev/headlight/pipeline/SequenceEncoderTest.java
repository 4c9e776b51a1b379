package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceEncoderTest {
  private static final GoldenCase BERT = Goldens.get(Goldens.GOLDENS, "bert");

  private final SparkSession spark = TestSpark.session();

  @TempDir Path folder;

  private static SequenceEncoder encoder() {
    return new SequenceEncoder().setModelPath(BERT.folder().toString());
  }

  @Test
  void resultHasTheTablesColumnsThenItsOwn() {
    Dataset<Row> result = encoder().transform(TokenTable.table(TokenTable.rows(BERT, 5, 9)));

    assertThat(result.columns())
        .containsExactly(
            "id",
            "label",
            "input_ids",
            "n_tokens",
            "truncated",
            "embedding",
            "attention_statistics",
            "layer_statistics",
            "error");
    List<Row> rows = result.collectAsList();
    assertThat(rows)
        .extracting(row -> row.<String>getAs("id"))
        .containsExactly("row-0", "row-1", "row-2", "row-3", "row-4");
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.<Integer>getAs("n_tokens")).isEqualTo(row.getList(2).size());
              assertThat(row.<Boolean>getAs("truncated")).isFalse();
              assertThat(row.getList(row.fieldIndex("embedding"))).hasSize(32);
              assertThat(row.getList(row.fieldIndex("attention_statistics"))).hasSize(2 * 4);
              assertThat(row.getList(row.fieldIndex("layer_statistics"))).hasSize(2 + 1);
              assertThat(row.<Row>getAs("error")).isNull();
            });
  }

  @Test
  void schemaIsKnownBeforehand() {
    for (String format : List.of("array", "binary")) {
      SequenceEncoder encoder =
          encoder()
              .setMatrixFormat(format)
              .setMaxAttentionTokens(16)
              .setStatistics("all")
              .setOutputs(Outputs.ALL.stream().map(Output::name).toArray(String[]::new));
      Dataset<Row> table = TokenTable.table(TokenTable.rows(BERT, 3, 5));

      Dataset<Row> result = encoder.transform(table);

      assertThat(result.schema()).isEqualTo(encoder.transformSchema(table.schema()));
      assertThat(result.collectAsList()).hasSize(3);
    }
  }

  @Test
  void transformStartsNoJob() throws InterruptedException {
    Dataset<Row> table = TokenTable.table(TokenTable.rows(BERT, 5, 9));
    List<String> started = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch marker = new CountDownLatch(1);
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart event) {
            String name = event.properties().getProperty("spark.jobGroup.id");
            started.add(String.valueOf(name));
            if ("marker".equals(name)) {
              marker.countDown();
            }
          }
        };
    spark.sparkContext().addSparkListener(listener);
    try {
      encoder().transform(table);
      spark.sparkContext().setJobGroup("marker", "marker", false);
      spark.range(1).collectAsList();

      assertThat(marker.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(started).containsOnly("marker");
    } finally {
      spark.sparkContext().clearJobGroup();
      spark.sparkContext().removeSparkListener(listener);
    }
  }

  @Test
  void savedEncoderIsTheSame() throws IOException {
    SequenceEncoder encoder =
        encoder()
            .setInputCol("input_ids")
            .setKeepCols("id")
            .setOutputPrefix("bert_")
            .setOutputs("embedding", "last_hidden_state")
            .setStatistics("shape")
            .setLayers(1)
            .setPooling("mean")
            .setPromptName("query")
            .setPrompt("Query: ")
            .setNormalize(true)
            .setTruncateDim(8)
            .setMaxTokens(5)
            .setOnTooLong("error")
            .setHandleInvalid("error")
            .setBatchTokens(64)
            .setMatrixFormat("binary")
            .setMaxAttentionTokens(7)
            .setWeights("file")
            .setInputType("tokens")
            .setPairCol("answer")
            .setEmbeddingPrecision("int8")
            .setEmbeddingRanges("ranges.json")
            .setWindowOverlap(3)
            .setPrecision("fp32")
            .setKernels("nd4j");
    String path = folder.resolve("encoder").toString();
    encoder.save(path);

    SequenceEncoder loaded = SequenceEncoder.load(path);

    assertThat(loaded.uid()).isEqualTo(encoder.uid());
    assertThat(encoder.params()).hasSize(26);
    for (Param<?> param : encoder.params()) {
      assertThat(encoder.isSet(param)).as(param.name()).isTrue();
      assertThat(loaded.getOrDefault(loaded.getParam(param.name())))
          .as(param.name())
          .isEqualTo(encoder.getOrDefault(param));
    }
    assertThat(loaded.options()).isEqualTo(encoder.options());
  }

  @Test
  void savedPipelineGivesTheSameResults() throws IOException {
    Dataset<Row> table = TokenTable.table(TokenTable.rows(BERT, 6, 9));
    SequenceEncoder encoder = encoder().setOutputs("embedding");
    PipelineModel model = new Pipeline().setStages(new PipelineStage[] {encoder}).fit(table);
    String path = folder.resolve("pipeline").toString();
    model.save(path);

    List<Row> loaded = PipelineModel.load(path).transform(table).collectAsList();

    assertThat(loaded).isEqualTo(model.transform(table).collectAsList());
  }

  @Test
  void copyTakesOverAndChangesParameters() {
    SequenceEncoder encoder = encoder().setMaxTokens(5);

    SequenceEncoder copy = encoder.copy(new ParamMap().put(encoder.pooling().w("mean")));

    assertThat(copy.options())
        .isEqualTo(encoder.options().with(options -> options.pooling("mean")));
  }

  @Test
  void twoEncodersFollowOneAnother() {
    Dataset<Row> table = TokenTable.table(TokenTable.rows(BERT, 6, 9));
    SequenceEncoder first = encoder().setOutputs("embedding").setPooling("cls");
    SequenceEncoder second =
        encoder().setOutputs("embedding").setPooling("mean").setOutputPrefix("mean_");

    List<Row> rows = second.transform(first.transform(table)).collectAsList();

    assertThat(rows)
        .hasSize(6)
        .allSatisfy(
            row -> {
              assertThat(row.<Object>getAs("embedding")).isNotNull();
              assertThat(row.<Object>getAs("mean_embedding")).isNotNull();
              boolean oneToken = row.<Integer>getAs("n_tokens") == 1;
              assertThat(row.getAs("embedding").equals(row.getAs("mean_embedding")))
                  .isEqualTo(oneToken);
            });
  }

  @Test
  void badRowHasNullsAndAReason() {
    List<Row> rows = new ArrayList<>(TokenTable.rows(BERT, 2, 9));
    rows.add(1, TokenTable.row("bad", List.of(1, 99999)));

    List<Row> result = encoder().transform(TokenTable.table(rows)).collectAsList();

    Row bad = result.get(1);
    assertThat(bad.<String>getAs("id")).isEqualTo("bad");
    assertThat(bad.<Object>getAs("embedding")).isNull();
    assertThat(bad.<Object>getAs("n_tokens")).isNull();
    assertThat(bad.<Row>getAs("error").getString(0)).isEqualTo("token_out_of_range");
    assertThat(bad.<Row>getAs("error").getString(1)).contains("99999");
    assertThat(result)
        .extracting(row -> row.getAs("error") == null)
        .containsExactly(true, false, true);
  }

  @Test
  void badRowFailsWhereAskedTo() {
    Dataset<Row> table = TokenTable.table(List.of(TokenTable.row("bad", List.of(99999))));
    Dataset<Row> result = encoder().setHandleInvalid("error").transform(table);

    assertThat(result.columns()).doesNotContain("error");
    assertThatThrownBy(result::collectAsList)
        .hasRootCauseInstanceOf(BadRowException.class)
        .rootCause()
        .hasMessageContaining("token_out_of_range");
  }

  @Test
  void keptColumnMustNotHaveTheNameOfAResult() {
    StructType schema = TokenTable.SCHEMA.add("Embedding", DataTypes.StringType);

    assertThatThrownBy(() -> encoder().transformSchema(schema))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "column 'Embedding' of the table has the name of a result. Rename it, or do not keep it.");
    assertThat(encoder().setOutputPrefix("bert_").transformSchema(schema).fieldNames())
        .contains("Embedding", "bert_embedding");
    assertThat(encoder().setKeepCols("id").transformSchema(schema).fieldNames())
        .containsOnlyOnce("embedding")
        .doesNotContain("Embedding", "input_ids");
  }

  @Test
  void missingModelPathIsRefused() {
    assertThatThrownBy(() -> new SequenceEncoder().transformSchema(TokenTable.SCHEMA))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "modelPath: expected the folder of a checkpoint, found none. Set it with setModelPath.");
  }

  @Test
  void wrongValueIsRefused() {
    assertThatThrownBy(() -> encoder().setHandleInvalid("skip").transformSchema(TokenTable.SCHEMA))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("handleInvalid: expected keep or error, found 'skip'");
    assertThatThrownBy(() -> encoder().setOnTooLong("cut").transformSchema(TokenTable.SCHEMA))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("onTooLong: expected truncate, error or window, found 'cut'");
  }

  @Test
  void isFoundAsAServiceByOneConstructorAndByAnother() {
    assertThat(ServiceLoader.load(Transformer.class))
        .anyMatch(transformer -> transformer instanceof SequenceEncoder);
    assertThat(new SequenceEncoder("name").uid()).isEqualTo("name");
    assertThat(Arrays.stream(new SequenceEncoder().params()).map(Param::dataClass))
        .allMatch(type -> type == null || !type.equals(Object.class));
  }
}

package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The results of a row have the same bits whatever it is computed with. */
class BitStabilityTest {
  private static final int ROWS = 60;

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama"})
  void resultsDependOnTheRowOnly(String name) {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, name);
    List<Row> rows = TokenTable.rows(golden, ROWS, 30);
    List<Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(7));
    Map<String, String> expected = results(encoder(golden), TokenTable.table(rows).coalesce(1));
    assertThat(expected).hasSize(ROWS);

    for (int partitions : new int[] {3, 7}) {
      assertThat(results(encoder(golden), TokenTable.table(rows).repartition(partitions)))
          .as("%d partitions", partitions)
          .isEqualTo(expected);
    }
    for (int tokens : new int[] {1, 16, 64}) {
      SequenceEncoder encoder = encoder(golden).setBatchTokens(tokens);
      assertThat(results(encoder, TokenTable.table(shuffled).coalesce(1)))
          .as("other order, batches of %d tokens", tokens)
          .isEqualTo(expected);
    }
    assertThat(results(encoder(golden), TokenTable.table(rows.subList(5, 6))))
        .as("alone")
        .isEqualTo(Map.of("row-5", expected.get("row-5")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "llama"})
  void hiddenStatesDoNotDependOnStatistics(String name) {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, name);
    Dataset<Row> table = TokenTable.table(TokenTable.rows(golden, ROWS, 30));
    Map<String, String> with = hiddenStates(encoder(golden).setStatistics("all"), table);

    assertThat(hiddenStates(encoder(golden).setStatistics("none"), table)).isEqualTo(with);
    assertThat(hiddenStates(encoder(golden).setStatistics("shape"), table)).isEqualTo(with);
  }

  private static SequenceEncoder encoder(GoldenCase golden) {
    return new SequenceEncoder()
        .setModelPath(golden.folder().toString())
        .setMatrixFormat("binary")
        .setHandleInvalid("error")
        .setOutputs("embedding", "hidden_states", "attention_statistics", "layer_statistics");
  }

  /** All result columns of a row as text that differs where bits do. */
  private static Map<String, String> results(SequenceEncoder encoder, Dataset<Row> table) {
    Map<String, String> results = new TreeMap<>();
    for (Row row : encoder.setKeepCols("id").transform(table).collectAsList()) {
      StringBuilder text = new StringBuilder();
      for (int i = 1; i < row.size(); i++) {
        boolean bytes = row.get(i) instanceof byte[];
        text.append(bytes ? HexFormat.of().formatHex((byte[]) row.get(i)) : row.get(i))
            .append('\n');
      }
      results.put(row.getString(0), text.toString());
    }
    return results;
  }

  private static Map<String, String> hiddenStates(SequenceEncoder encoder, Dataset<Row> table) {
    Map<String, String> results = new TreeMap<>();
    for (Row row : encoder.transform(table).collectAsList()) {
      byte[] states = row.getAs("hidden_states");
      results.put(
          row.getAs("id"), HexFormat.of().formatHex(states) + row.<Object>getAs("embedding"));
    }
    return results;
  }
}

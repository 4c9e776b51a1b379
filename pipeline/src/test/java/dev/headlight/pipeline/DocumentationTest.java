package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.statistics.Statistic;
import dev.headlight.statistics.StatisticCatalogue;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What docs/statistics.md says is there. */
class DocumentationTest {
  private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);
  private static final Path PAGE = Goldens.root().resolveSibling("docs/statistics.md");

  @Test
  void everyStatisticAndGroupHasAnEntry() throws IOException {
    String page = Files.readString(PAGE);
    for (String group : StatisticCatalogue.groups()) {
      assertThat(page).contains("`" + group + "`");
      for (Statistic statistic : StatisticCatalogue.statistics(group)) {
        assertThat(page).contains("`" + statistic.name() + "`");
      }
    }
  }

  @Test
  void itsQueriesRun() throws IOException {
    GoldenCase golden = Goldens.get(Goldens.GOLDENS, "bert");
    new SequenceEncoder()
        .setModelPath(golden.folder().toString())
        .setOutputs("attention_statistics", "token_statistics")
        .transform(TokenTable.table(TokenTable.rows(golden, 4, 9)))
        .createOrReplaceTempView("sequences");
    Matcher matcher = SQL.matcher(Files.readString(PAGE));
    int queries = 0;
    while (matcher.find()) {
      List<Row> rows = TestSpark.session().sql(matcher.group(1)).collectAsList();
      assertThat(rows).as(matcher.group(1)).isNotEmpty();
      queries++;
    }
    assertThat(queries).isPositive();
  }
}

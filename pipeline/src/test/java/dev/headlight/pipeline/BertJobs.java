package dev.headlight.pipeline;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** Jobs of a small BERT that compute embeddings, in a folder with their tables. */
record BertJobs(Path folder) {
  static final GoldenCase BERT = Goldens.get(Goldens.GOLDENS, "bert");

  /** A table of twelve rows of tokens. */
  Path writeTokens() {
    Path path = folder.resolve("input");
    TokenTable.table(TokenTable.rows(BERT, 12, 9)).coalesce(1).write().parquet(path.toString());
    return path;
  }

  Path write(StructType schema, Row... rows) {
    Path path = folder.resolve("table-" + schema.hashCode());
    TestSpark.session().createDataFrame(List.of(rows), schema).write().parquet(path.toString());
    return path;
  }

  Path output() {
    return folder.resolve("output");
  }

  EncodingJob prepare(Path input, Path output, UnaryOperator<RunOptions.Builder> changes) {
    RunOptions.Builder options =
        RunOptions.of(BERT.folder().toString(), input.toString(), output.toString())
            .encoder(e -> e.outputs("embedding"));
    return EncodingJob.prepare(TestSpark.session(), changes.apply(options).build());
  }
}

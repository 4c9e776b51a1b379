package dev.headlight.jobs;

import dev.headlight.safetensors.SafetensorsWriter;
import dev.headlight.safetensors.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A BERT checkpoint with 8 MiB of random weights, and a table of random tokens, some bad. */
final class RandomInputs {
  static final List<String> BAD_IDS = List.of("none", "null", "wide");

  private static final int LAYERS = 4;
  private static final int WIDTH = 192;
  private static final int INNER_WIDTH = 768;
  private static final int VOCABULARY = 1000;
  private static final int MAX_TOKENS = 128;
  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("source", DataTypes.StringType)
          .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType));

  private final Random random = new Random(47);
  private final List<Tensor> tensors = new ArrayList<>();

  private RandomInputs() {}

  static void writeCheckpoint(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
         "hidden_size": %d, "intermediate_size": %d, "layer_norm_eps": 1e-12,
         "max_position_embeddings": %d, "num_attention_heads": 6, "num_hidden_layers": %d,
         "type_vocab_size": 2, "vocab_size": %d}
        """
            .formatted(WIDTH, INNER_WIDTH, MAX_TOKENS, LAYERS, VOCABULARY));
    try (OutputStream stream = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      SafetensorsWriter.write(stream, new RandomInputs().tensors());
    }
  }

  /** Writes good rows and the three of {@link #BAD_IDS}, in four files. */
  static void writeTable(SparkSession spark, Path folder, int goodRows) {
    Random random = new Random(48);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < goodRows; i++) {
      Integer[] ids = new Integer[1 + random.nextInt(MAX_TOKENS)];
      Arrays.setAll(ids, t -> random.nextInt(VOCABULARY));
      rows.add(RowFactory.create("row-%05d".formatted(i), "random", ids));
    }
    rows.add(RowFactory.create("none", "bad", new Integer[0]));
    rows.add(RowFactory.create("null", "bad", null));
    rows.add(RowFactory.create("wide", "bad", new Integer[] {1, VOCABULARY}));
    spark.createDataFrame(rows, SCHEMA).repartition(4).write().parquet(folder.toString());
  }

  private List<Tensor> tensors() {
    matrix("embeddings.word_embeddings.weight", VOCABULARY, WIDTH);
    matrix("embeddings.position_embeddings.weight", MAX_TOKENS, WIDTH);
    matrix("embeddings.token_type_embeddings.weight", 2, WIDTH);
    norm("embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
        linear(prefix + "attention." + name, WIDTH, WIDTH);
      }
      norm(prefix + "attention.output.LayerNorm");
      linear(prefix + "intermediate.dense", INNER_WIDTH, WIDTH);
      linear(prefix + "output.dense", WIDTH, INNER_WIDTH);
      norm(prefix + "output.LayerNorm");
    }
    return tensors;
  }

  private void linear(String name, int out, int in) {
    matrix(name + ".weight", out, in);
    tensors.add(new Tensor(name + ".bias", List.of(out), new float[out]));
  }

  private void norm(String name) {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1f);
    tensors.add(new Tensor(name + ".weight", List.of(WIDTH), ones));
    tensors.add(new Tensor(name + ".bias", List.of(WIDTH), new float[WIDTH]));
  }

  private void matrix(String name, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f * (float) random.nextGaussian();
    }
    tensors.add(new Tensor(name, List.of(rows, columns), values));
  }
}

import dev.headlight.safetensors.SafetensorsWriter;
import dev.headlight.safetensors.SafetensorsWriter.Tensor;
import java.io.BufferedOutputStream;
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
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Makes a BERT checkpoint of any shape with random weights, or a table of random token sequences, for measurements.
 *
 * <pre>
 * checkpoint FOLDER LAYERS WIDTH HEADS INNER_WIDTH VOCABULARY POSITIONS
 * table      FOLDER ROWS TOKENS VOCABULARY      (TOKENS: all of one length, or MOST with "upto:MOST")
 * </pre>
 */
public final class RandomInputs {
  private final Random random = new Random(1);
  private final List<Tensor> tensors = new ArrayList<>();

  private RandomInputs() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[1]);
    int[] numbers =
        Arrays.stream(arguments).skip(2).map(a -> a.replace("upto:", "-")).mapToInt(Integer::parseInt).toArray();
    if (arguments[0].equals("checkpoint")) {
      new RandomInputs().checkpoint(folder, numbers);
    } else {
      new RandomInputs().table(folder, numbers[0], numbers[1], numbers[2]);
    }
  }

  private void checkpoint(Path folder, int[] n) throws IOException {
    int layers = n[0], width = n[1], heads = n[2], inner = n[3], vocabulary = n[4], positions = n[5];
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": %d,
         "intermediate_size": %d, "layer_norm_eps": 1e-12, "max_position_embeddings": %d,
         "num_attention_heads": %d, "num_hidden_layers": %d, "position_embedding_type": "absolute",
         "torch_dtype": "float32", "type_vocab_size": 2, "vocab_size": %d}
        """
            .formatted(width, inner, positions, heads, layers, vocabulary));
    matrix("embeddings.word_embeddings.weight", vocabulary, width);
    matrix("embeddings.position_embeddings.weight", positions, width);
    matrix("embeddings.token_type_embeddings.weight", 2, width);
    norm("embeddings.LayerNorm", width);
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
        linear(prefix + "attention." + name, width, width);
      }
      norm(prefix + "attention.output.LayerNorm", width);
      linear(prefix + "intermediate.dense", inner, width);
      linear(prefix + "output.dense", width, inner);
      norm(prefix + "output.LayerNorm", width);
    }
    try (OutputStream stream =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve("model.safetensors")), 1 << 20)) {
      SafetensorsWriter.write(stream, tensors);
    }
    System.out.printf("%s: %,d bytes%n", folder, Files.size(folder.resolve("model.safetensors")));
  }

  private void linear(String name, int out, int in) {
    matrix(name + ".weight", out, in);
    tensors.add(new Tensor(name + ".bias", List.of(out), new float[out]));
  }

  private void norm(String name, int width) {
    float[] ones = new float[width];
    Arrays.fill(ones, 1f);
    tensors.add(new Tensor(name + ".weight", List.of(width), ones));
    tensors.add(new Tensor(name + ".bias", List.of(width), new float[width]));
  }

  private void matrix(String name, int rows, int columns) {
    float[] values = new float[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextFloat() - 0.5f) * 0.07f;
    }
    tensors.add(new Tensor(name, List.of(rows, columns), values));
  }

  private void table(Path folder, int rows, int tokens, int vocabulary) {
    List<Row> all = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      Integer[] ids = new Integer[tokens > 0 ? tokens : 1 + random.nextInt(-tokens)];
      Arrays.setAll(ids, t -> random.nextInt(vocabulary));
      all.add(RowFactory.create("row-%07d".formatted(i), ids));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.StringType, false)
            .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType, false), false);
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()) {
      spark.createDataFrame(all, schema).repartition(4).write().mode(SaveMode.Overwrite).parquet(folder.toString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    System.out.printf("%s: %,d rows%n", folder, rows);
  }
}

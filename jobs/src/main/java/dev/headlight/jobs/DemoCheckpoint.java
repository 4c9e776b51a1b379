package dev.headlight.jobs;

import dev.headlight.safetensors.SafetensorsWriter;
import dev.headlight.safetensors.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A small BERT checkpoint with random weights, except that every layer has three heads that do what
 * heads of trained models do: head 0 looks at the token before, head 1 at the first token, head 2
 * at the same token elsewhere. Head 3 is as random as the rest. Always the same to the bit.
 *
 * <p>A hidden state holds the position in its first columns, as sine and cosine of several
 * frequencies, a mark of the first token in one column, and the token in the others.
 */
final class DemoCheckpoint {
  static final int VOCABULARY = 4096;
  static final int MAX_TOKENS = 512;

  /** Token that begins every sequence. */
  static final int FIRST_TOKEN = 2;

  static final int LAST_TOKEN = 3;

  private static final int LAYERS = 4;
  private static final int HEADS = 4;
  private static final int WIDTH = 128;
  private static final int HEAD_WIDTH = WIDTH / HEADS;
  private static final int INNER_WIDTH = 512;
  private static final int POSITION_COLUMNS = HEAD_WIDTH;
  private static final int MARK_COLUMN = POSITION_COLUMNS;
  private static final int TOKEN_COLUMNS = MARK_COLUMN + 1;

  /** How sharply heads look, before division by the root of the head's width. */
  private static final float PREVIOUS = 9f;

  private static final float FIRST = 7f;
  private static final float SAME = 4f;

  private final Random random = new Random(20_170_612);
  private final List<Tensor> tensors = new ArrayList<>();

  private DemoCheckpoint() {}

  /** Writes {@code config.json} and {@code model.safetensors} into a folder, which is made. */
  static void write(Path folder, Configuration configuration) throws IOException {
    FileSystem files = folder.getFileSystem(configuration);
    files.mkdirs(folder);
    try (OutputStream stream = files.create(new Path(folder, "config.json"), true)) {
      stream.write(CONFIG.getBytes(StandardCharsets.UTF_8));
    }
    try (OutputStream stream = files.create(new Path(folder, "model.safetensors"), true)) {
      SafetensorsWriter.write(stream, new DemoCheckpoint().tensors());
    }
  }

  private static final String CONFIG =
      """
      {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": %d,
        "intermediate_size": %d,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": %d,
        "num_attention_heads": %d,
        "num_hidden_layers": %d,
        "position_embedding_type": "absolute",
        "torch_dtype": "float32",
        "type_vocab_size": 2,
        "vocab_size": %d
      }
      """
          .formatted(WIDTH, INNER_WIDTH, MAX_TOKENS, HEADS, LAYERS, VOCABULARY);

  private List<Tensor> tensors() {
    matrix("embeddings.word_embeddings.weight", tokens());
    matrix("embeddings.position_embeddings.weight", positions());
    matrix("embeddings.token_type_embeddings.weight", new float[2][WIDTH]);
    norm("embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      attention(prefix + "attention.");
      linear(prefix + "intermediate.dense", random(INNER_WIDTH, WIDTH, 0.05f));
      linear(prefix + "output.dense", random(WIDTH, INNER_WIDTH, 0.02f));
      norm(prefix + "output.LayerNorm");
    }
    return tensors;
  }

  private float[][] tokens() {
    float[][] table = random(VOCABULARY, WIDTH, 1f);
    for (float[] token : table) {
      Arrays.fill(token, 0, TOKEN_COLUMNS, 0f);
    }
    table[FIRST_TOKEN][MARK_COLUMN] = 8f;
    return table;
  }

  private static float[][] positions() {
    float[][] table = new float[MAX_TOKENS][WIDTH];
    for (int t = 0; t < MAX_TOKENS; t++) {
      for (int i = 0; i < POSITION_COLUMNS / 2; i++) {
        table[t][2 * i] = (float) Math.sin(t * frequency(i));
        table[t][2 * i + 1] = (float) Math.cos(t * frequency(i));
      }
    }
    return table;
  }

  private static double frequency(int i) {
    return Math.PI * Math.pow(0.75, i);
  }

  private void attention(String prefix) {
    float[][] query = random(WIDTH, WIDTH, 0.02f);
    float[][] key = random(WIDTH, WIDTH, 0.02f);
    float[] queryBias = new float[WIDTH];
    lookAtThePreviousToken(query, key);
    lookAtTheFirstToken(key, queryBias, HEAD_WIDTH);
    lookAtTheSameToken(query, key, 2 * HEAD_WIDTH);
    linear(prefix + "self.query", query, queryBias);
    linear(prefix + "self.key", key);
    linear(prefix + "self.value", random(WIDTH, WIDTH, 0.05f));
    linear(prefix + "output.dense", random(WIDTH, WIDTH, 0.02f));
    norm(prefix + "output.LayerNorm");
  }

  /**
   * The query is the position turned back by one: its product with a key sums cos(w (i - 1 - j)).
   */
  private static void lookAtThePreviousToken(float[][] query, float[][] key) {
    for (int i = 0; i < POSITION_COLUMNS / 2; i++) {
      float sine = PREVIOUS * (float) Math.sin(frequency(i));
      float cosine = PREVIOUS * (float) Math.cos(frequency(i));
      // sin(w (t - 1)) = sin(wt) cos(w) - cos(wt) sin(w); cos(w (t - 1)) = cos(wt) cos(w) + sin(wt)
      // sin(w)
      query[2 * i] = new float[WIDTH];
      query[2 * i][2 * i] = cosine;
      query[2 * i][2 * i + 1] = -sine;
      query[2 * i + 1] = new float[WIDTH];
      query[2 * i + 1][2 * i] = sine;
      query[2 * i + 1][2 * i + 1] = cosine;
      key[2 * i] = new float[WIDTH];
      key[2 * i][2 * i] = 1f;
      key[2 * i + 1] = new float[WIDTH];
      key[2 * i + 1][2 * i + 1] = 1f;
    }
  }

  private static void lookAtTheFirstToken(float[][] key, float[] queryBias, int firstRow) {
    key[firstRow][MARK_COLUMN] = 1f;
    queryBias[firstRow] = FIRST;
  }

  /** Query and key are the same projection of the token. */
  private void lookAtTheSameToken(float[][] query, float[][] key, int firstRow) {
    for (int row = firstRow; row < firstRow + HEAD_WIDTH; row++) {
      for (int column = TOKEN_COLUMNS; column < WIDTH; column++) {
        float weight = (float) (random.nextGaussian() / Math.sqrt(WIDTH));
        query[row][column] = SAME * weight;
        key[row][column] = weight;
      }
    }
  }

  private float[][] random(int rows, int columns, float deviation) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int j = 0; j < columns; j++) {
        row[j] = deviation * (float) random.nextGaussian();
      }
    }
    return matrix;
  }

  private void linear(String name, float[][] weight) {
    linear(name, weight, new float[weight.length]);
  }

  private void linear(String name, float[][] weight, float[] bias) {
    matrix(name + ".weight", weight);
    tensors.add(new Tensor(name + ".bias", List.of(bias.length), bias));
  }

  private void norm(String name) {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1f);
    tensors.add(new Tensor(name + ".weight", List.of(WIDTH), ones));
    tensors.add(new Tensor(name + ".bias", List.of(WIDTH), new float[WIDTH]));
  }

  private void matrix(String name, float[][] rows) {
    int columns = rows[0].length;
    float[] values = new float[rows.length * columns];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, values, row * columns, columns);
    }
    tensors.add(new Tensor(name, List.of(rows.length, columns), values));
  }
}

package dev.headlight.pipeline;

import dev.headlight.safetensors.SafetensorsWriter;
import dev.headlight.safetensors.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * A GPT-2 checkpoint of two layers, built weight by weight, so that what each head does is known.
 *
 * <p>The residual stream holds the token, the position and, written by the first head of layer 0,
 * the token before, each as a one-hot vector. Every token's vector has the same mean and variance,
 * so layer norm is the same affine map for all, which the projections undo.
 *
 * <p>Layer 0: previous token, first-token sink, uniform, diagonal. Layer 1: induction over the
 * first, duplicate token, the last four tokens, uniform.
 */
final class PlantedCheckpoint {
  static final int VOCABULARY = 32;
  static final int POSITIONS = 32;

  private static final int WIDTH = 256;
  private static final int HEAD_WIDTH = 64;
  private static final int HEADS = WIDTH / HEAD_WIDTH;
  private static final int INNER_WIDTH = 4;
  private static final double EPSILON = 1e-5;
  private static final int TOKEN = 0;
  private static final int POSITION = TOKEN + VOCABULARY;
  private static final int PREVIOUS = POSITION + POSITIONS;

  /** Difference between the scores of keys that are looked at and others. */
  private static final double SHARPNESS = 40;

  private final List<Tensor> tensors = new ArrayList<>();

  private PlantedCheckpoint() {}

  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "gpt2", "architectures": ["GPT2Model"], "n_embd": %d, "n_head": %d, "n_layer": 2,
         "n_positions": %d, "vocab_size": %d, "n_inner": %d, "layer_norm_epsilon": %s,
         "activation_function": "gelu_new"}
        """
            .formatted(WIDTH, HEADS, POSITIONS, VOCABULARY, INNER_WIDTH, EPSILON));
    try (OutputStream stream = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      SafetensorsWriter.write(stream, new PlantedCheckpoint().tensors());
    }
  }

  private List<Tensor> tensors() {
    add("wte.weight", oneHot(VOCABULARY, TOKEN), VOCABULARY, WIDTH);
    add("wpe.weight", oneHot(POSITIONS, POSITION), POSITIONS, WIDTH);
    layer(
        0,
        2,
        List.of(
            PlantedCheckpoint::previousToken,
            PlantedCheckpoint::firstToken,
            (layer, head) -> {},
            PlantedCheckpoint::diagonal));
    layer(
        1,
        3,
        List.of(
            PlantedCheckpoint::induction,
            PlantedCheckpoint::duplicate,
            PlantedCheckpoint::lastFour,
            (layer, head) -> {}));
    norm("ln_f");
    return tensors;
  }

  /** Attention of one layer; inputs are rows, outputs columns: y = x W + b. */
  private static final class Attention {
    final float[][] weight = new float[WIDTH][3 * WIDTH];
    final float[] bias = new float[3 * WIDTH];
    final float[][] output = new float[WIDTH][WIDTH];

    /** The score of a query with this column set and a key with that one is raised. */
    void score(int head, int dimension, int queryColumn, int keyColumn, double by) {
      weight[queryColumn][head * HEAD_WIDTH + dimension] += (float) (by * Math.sqrt(HEAD_WIDTH));
      weight[keyColumn][WIDTH + head * HEAD_WIDTH + dimension] = 1;
    }
  }

  private static void previousToken(Attention layer, int head) {
    for (int p = 0; p < POSITIONS; p++) {
      if (p > 0) {
        layer.score(head, p - 1, POSITION + p, POSITION + p - 1, SHARPNESS);
      }
    }
    for (int token = 0; token < VOCABULARY; token++) {
      int dimension = head * HEAD_WIDTH + token;
      layer.weight[TOKEN + token][2 * WIDTH + dimension] = 1;
      layer.output[dimension][PREVIOUS + token] = 1;
    }
  }

  private static void firstToken(Attention layer, int head) {
    for (int p = 0; p < POSITIONS; p++) {
      layer.score(head, 0, POSITION + p, POSITION, SHARPNESS);
    }
  }

  private static void diagonal(Attention layer, int head) {
    for (int p = 0; p < POSITIONS; p++) {
      layer.score(head, p, POSITION + p, POSITION + p, SHARPNESS);
    }
  }

  private static void induction(Attention layer, int head) {
    for (int token = 0; token < VOCABULARY; token++) {
      layer.score(head, token, TOKEN + token, PREVIOUS + token, SHARPNESS);
    }
  }

  /** The same token, but not itself. */
  private static void duplicate(Attention layer, int head) {
    for (int token = 0; token < VOCABULARY; token++) {
      layer.score(head, token, TOKEN + token, TOKEN + token, SHARPNESS);
    }
    for (int p = 0; p < POSITIONS; p++) {
      layer.score(head, VOCABULARY + p, POSITION + p, POSITION + p, -2 * SHARPNESS);
    }
  }

  private static void lastFour(Attention layer, int head) {
    for (int p = 0; p < POSITIONS; p++) {
      for (int back = 1; back <= Math.min(4, p); back++) {
        layer.score(head, p - back, POSITION + p, POSITION + p - back, SHARPNESS);
      }
    }
  }

  /** Adds a layer whose inputs have a number of ones each. */
  private void layer(int number, int ones, List<ObjIntConsumer<Attention>> heads) {
    Attention attention = new Attention();
    for (int head = 0; head < HEADS; head++) {
      heads.get(head).accept(attention, head);
    }
    double mean = (double) ones / WIDTH;
    double deviation = Math.sqrt(mean - mean * mean + EPSILON);
    for (int column = 0; column < WIDTH; column++) {
      for (int i = 0; i < 3 * WIDTH; i++) {
        attention.bias[i] += (float) (mean * attention.weight[column][i]);
        attention.weight[column][i] *= (float) deviation;
      }
    }
    String prefix = "h." + number + ".";
    norm(prefix + "ln_1");
    add(prefix + "attn.c_attn.weight", flat(attention.weight), WIDTH, 3 * WIDTH);
    add(prefix + "attn.c_attn.bias", attention.bias, 3 * WIDTH);
    add(prefix + "attn.c_proj.weight", flat(attention.output), WIDTH, WIDTH);
    add(prefix + "attn.c_proj.bias", new float[WIDTH], WIDTH);
    norm(prefix + "ln_2");
    add(prefix + "mlp.c_fc.weight", new float[WIDTH * INNER_WIDTH], WIDTH, INNER_WIDTH);
    add(prefix + "mlp.c_fc.bias", new float[INNER_WIDTH], INNER_WIDTH);
    add(prefix + "mlp.c_proj.weight", new float[INNER_WIDTH * WIDTH], INNER_WIDTH, WIDTH);
    add(prefix + "mlp.c_proj.bias", new float[WIDTH], WIDTH);
  }

  private void norm(String name) {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1f);
    add(name + ".weight", ones, WIDTH);
    add(name + ".bias", new float[WIDTH], WIDTH);
  }

  private static float[] oneHot(int rows, int firstColumn) {
    float[] values = new float[rows * WIDTH];
    for (int row = 0; row < rows; row++) {
      values[row * WIDTH + firstColumn + row] = 1;
    }
    return values;
  }

  private static float[] flat(float[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, values, row * rows[0].length, rows[0].length);
    }
    return values;
  }

  private void add(String name, float[] values, Integer... shape) {
    tensors.add(new Tensor(name, List.of(shape), values));
  }
}

package dev.headlight.families;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Tensors;

/** One layer of one sequence in double precision. */
record LayerReference(
    double[][] attentionUpdate, double[][] feedForwardUpdate, double[][] gate, double[][] heads) {
  static final int HEADS = 4;
  private static final int HEAD_DIM = 8;

  static LayerReference of(GoldenCase golden, int layer, int sequence, int tokens) {
    Tensors weights = golden.tensors("model.safetensors");
    Tensors expected = golden.expected("batch");
    double[][] hidden = rows(expected, "hidden_states." + layer, sequence, tokens);
    double[] attention = expected.doubles("attentions." + layer);
    int padded = (int) expected.shape("attentions." + layer)[2];
    boolean llama = weights.has("model.norm.weight");
    String prefix = llama ? "model.layers." + layer + "." : "encoder.layer." + layer + ".";
    double[][] value =
        llama
            ? linear(
                rms(hidden, weights.doubles(prefix + "input_layernorm.weight")),
                weights,
                prefix + "self_attn.v_proj")
            : linear(hidden, weights, prefix + "attention.self.value");
    String output = llama ? prefix + "self_attn.o_proj" : prefix + "attention.output.dense";
    double[][] heads = new double[HEADS][];
    double[][] update = new double[tokens][hidden[0].length];
    for (int head = 0; head < HEADS; head++) {
      int shared = HEADS * HEAD_DIM / value[0].length;
      double[][] moved = transformed(value, head / shared, head, weights, output);
      int firstRow = (sequence * HEADS + head) * padded;
      heads[head] = head(attention, firstRow, padded, moved, update);
    }
    addBias(update, weights, output);
    double[][] middle = sum(hidden, update);
    double[][] gate;
    double[][] feedForward;
    if (llama) {
      double[][] normed = rms(middle, weights.doubles(prefix + "post_attention_layernorm.weight"));
      gate = silu(linear(normed, weights, prefix + "mlp.gate_proj"));
      double[][] up = linear(normed, weights, prefix + "mlp.up_proj");
      feedForward = linear(product(gate, up), weights, prefix + "mlp.down_proj");
    } else {
      double[][] normed = layerNorm(middle, weights, prefix + "attention.output.LayerNorm");
      gate = gelu(linear(normed, weights, prefix + "intermediate.dense"));
      feedForward = linear(gate, weights, prefix + "output.dense");
    }
    return new LayerReference(update, feedForward, gate, heads);
  }

  double[] head(int head) {
    return heads[head];
  }

  double attentionUpdateNorm() {
    return meanNorm(attentionUpdate);
  }

  double feedForwardUpdateNorm() {
    return meanNorm(feedForwardUpdate);
  }

  int activations() {
    return gate.length * gate[0].length;
  }

  double gateSparsity() {
    int below = 0;
    for (double[] row : gate) {
      for (double value : row) {
        below += Math.abs(value) < 0.01 ? 1 : 0;
      }
    }
    return (double) below / activations();
  }

  /** Values of all keys through the head's part of the output projection, {@code [T, d]}. */
  private static double[][] transformed(
      double[][] value, int valueHead, int head, Tensors weights, String output) {
    double[] matrix = weights.doubles(output + ".weight"); // [d, h*k]
    int width = matrix.length / (HEADS * HEAD_DIM);
    double[][] result = new double[value.length][width];
    for (int t = 0; t < value.length; t++) {
      for (int o = 0; o < width; o++) {
        for (int i = 0; i < HEAD_DIM; i++) {
          result[t][o] +=
              value[t][valueHead * HEAD_DIM + i]
                  * matrix[o * HEADS * HEAD_DIM + head * HEAD_DIM + i];
        }
      }
    }
    return result;
  }

  /** The five statistics of a head; adds its output to an update. */
  private static double[] head(
      double[] attention, int firstRow, int padded, double[][] moved, double[][] update) {
    int tokens = moved.length;
    double outputNorm = 0;
    double entropy = 0;
    double distance = 0;
    double first = 0;
    for (int i = 0; i < tokens; i++) {
      double[] output = new double[moved[0].length];
      double total = 0;
      double[] weighted = new double[tokens];
      for (int j = 0; j < tokens; j++) {
        double weight = attention[(firstRow + i) * padded + j];
        weighted[j] = weight * norm(moved[j]);
        total += weighted[j];
        for (int o = 0; o < output.length; o++) {
          output[o] += weight * moved[j][o];
        }
      }
      for (int j = 0; j < tokens; j++) {
        double p = weighted[j] / total;
        entropy -= p > 0 ? p * Math.log(p) : 0;
        distance += p * Math.abs(i - j);
      }
      first += weighted[0] / total;
      outputNorm += norm(output);
      for (int o = 0; o < output.length; o++) {
        update[i][o] += output[o];
      }
    }
    return new double[] {
      meanNorm(moved), outputNorm / tokens, entropy / tokens, distance / tokens, first / tokens
    };
  }

  private static double[][] rows(Tensors file, String name, int sequence, int tokens) {
    long[] shape = file.shape(name);
    double[] values = file.doubles(name);
    double[][] rows = new double[tokens][(int) shape[2]];
    for (int t = 0; t < tokens; t++) {
      System.arraycopy(
          values, (int) ((sequence * shape[1] + t) * shape[2]), rows[t], 0, rows[t].length);
    }
    return rows;
  }

  private static double[][] linear(double[][] input, Tensors weights, String name) {
    double[] matrix = weights.doubles(name + ".weight");
    int inputs = input[0].length;
    double[][] output = new double[input.length][matrix.length / inputs];
    for (int t = 0; t < input.length; t++) {
      for (int o = 0; o < output[t].length; o++) {
        for (int i = 0; i < inputs; i++) {
          output[t][o] += input[t][i] * matrix[o * inputs + i];
        }
      }
    }
    addBias(output, weights, name);
    return output;
  }

  private static void addBias(double[][] rows, Tensors weights, String name) {
    if (!weights.has(name + ".bias")) {
      return;
    }
    double[] bias = weights.doubles(name + ".bias");
    for (double[] row : rows) {
      for (int o = 0; o < row.length; o++) {
        row[o] += bias[o];
      }
    }
  }

  private static double[][] rms(double[][] rows, double[] weight) {
    double[][] result = new double[rows.length][];
    for (int t = 0; t < rows.length; t++) {
      double square = norm(rows[t]) * norm(rows[t]) / rows[t].length;
      result[t] = new double[rows[t].length];
      for (int i = 0; i < rows[t].length; i++) {
        result[t][i] = rows[t][i] / Math.sqrt(square + 1e-5) * weight[i];
      }
    }
    return result;
  }

  private static double[][] layerNorm(double[][] rows, Tensors weights, String name) {
    double[] weight = weights.doubles(name + ".weight");
    double[] bias = weights.doubles(name + ".bias");
    double[][] result = new double[rows.length][weight.length];
    for (int t = 0; t < rows.length; t++) {
      double mean = 0;
      for (double value : rows[t]) {
        mean += value / weight.length;
      }
      double variance = 0;
      for (double value : rows[t]) {
        variance += (value - mean) * (value - mean) / weight.length;
      }
      for (int i = 0; i < weight.length; i++) {
        result[t][i] = (rows[t][i] - mean) / Math.sqrt(variance + 1e-12) * weight[i] + bias[i];
      }
    }
    return result;
  }

  private static double[][] silu(double[][] rows) {
    return map(rows, x -> x / (1 + Math.exp(-x)));
  }

  /** With the error function integrated by Simpson's rule. */
  private static double[][] gelu(double[][] rows) {
    return map(rows, x -> x * 0.5 * (1 + errorFunction(x / Math.sqrt(2))));
  }

  private static double errorFunction(double x) {
    int steps = 400;
    double width = x / steps;
    double sum = 1 + Math.exp(-x * x);
    for (int i = 1; i < steps; i++) {
      double at = i * width;
      sum += (i % 2 == 0 ? 2 : 4) * Math.exp(-at * at);
    }
    return 2 / Math.sqrt(Math.PI) * sum * width / 3;
  }

  private static double[][] map(double[][] rows, java.util.function.DoubleUnaryOperator operation) {
    double[][] result = new double[rows.length][];
    for (int t = 0; t < rows.length; t++) {
      result[t] = java.util.Arrays.stream(rows[t]).map(operation).toArray();
    }
    return result;
  }

  private static double[][] product(double[][] left, double[][] right) {
    double[][] result = new double[left.length][left[0].length];
    for (int t = 0; t < left.length; t++) {
      for (int i = 0; i < left[t].length; i++) {
        result[t][i] = left[t][i] * right[t][i];
      }
    }
    return result;
  }

  private static double[][] sum(double[][] left, double[][] right) {
    double[][] result = new double[left.length][left[0].length];
    for (int t = 0; t < left.length; t++) {
      for (int i = 0; i < left[t].length; i++) {
        result[t][i] = left[t][i] + right[t][i];
      }
    }
    return result;
  }

  private static double norm(double[] row) {
    double square = 0;
    for (double value : row) {
      square += value * value;
    }
    return Math.sqrt(square);
  }

  private static double meanNorm(double[][] rows) {
    double sum = 0;
    for (double[] row : rows) {
      sum += norm(row);
    }
    return sum / rows.length;
  }
}

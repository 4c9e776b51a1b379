package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Row operations in plain Java: rows are copied to an array, worked on, and copied back. */
final class ScalarRowOperations implements RowOperations {
  static final ScalarRowOperations INSTANCE = new ScalarRowOperations();

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void softmax(Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights) {
    float[] values = block.weights();
    for (int i = 0; i < block.rows(); i++) {
      int row = block.firstRow() + i;
      int at = i * block.stride();
      scores.readRow(row, values, at);
      Arrays.fill(values, at, at + rows.from(row), 0f);
      Arrays.fill(values, at + rows.to(row), at + block.stride(), 0f);
      softmax(values, at, rows, row);
      if (weights instanceof Operand.Floats floats) {
        floats.matrix().writeRow(row, values, at);
      } else if (weights instanceof Operand.BFloats narrow) {
        for (int j = 0; j < narrow.columns(); j++) {
          BFloat16.set(narrow, row, j, values[at + j]);
        }
      }
    }
  }

  /**
   * Softmax in place; the entropy is {@code ln Z - sum p z}, with z relative to the largest score.
   */
  private static void softmax(float[] values, int at, SoftmaxRows rows, int row) {
    int from = at + rows.from(row);
    int to = at + rows.to(row);
    float largest = Float.NEGATIVE_INFINITY;
    for (int j = from; j < to; j++) {
      largest = Math.max(largest, values[j]);
    }
    double sum = 0;
    double weighted = 0;
    for (int j = from; j < to; j++) {
      float z = values[j] - largest;
      float e = ScalarMath.exp(z);
      sum += e;
      weighted += (double) e * z;
      values[j] = e;
    }
    float inverse = (float) (1.0 / sum);
    for (int j = from; j < to; j++) {
      values[j] *= inverse;
    }
    rows.largestWeight(row, inverse);
    rows.entropy(row, (float) Math.max(0.0, Math.log(sum) - weighted / sum));
  }

  @Override
  public void softCap(Matrix scores, float cap) {
    float[] row = new float[scores.columns()];
    for (int i = 0; i < scores.rows(); i++) {
      scores.readRow(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        row[j] = cap * ScalarMath.tanh(row[j] / cap);
      }
      scores.writeRow(i, row, 0);
    }
  }

  @Override
  public void layerNorm(Matrix input, float[] weight, float[] bias, float epsilon, Matrix output) {
    int width = input.columns();
    float[] row = new float[width];
    for (int i = 0; i < input.rows(); i++) {
      input.readRow(i, row, 0);
      double sum = 0;
      for (int j = 0; j < width; j++) {
        sum += row[j];
      }
      float mean = (float) (sum / width);
      double squares = 0;
      for (int j = 0; j < width; j++) {
        double centred = row[j] - mean;
        squares += centred * centred;
      }
      float scale = (float) (1.0 / Math.sqrt(squares / width + epsilon));
      for (int j = 0; j < width; j++) {
        row[j] = (row[j] - mean) * scale * weight[j] + (bias == null ? 0f : bias[j]);
      }
      output.writeRow(i, row, 0);
    }
  }

  @Override
  public void rmsNorm(Matrix input, float[] weight, float epsilon, Matrix output) {
    int width = input.columns();
    float[] row = new float[width];
    for (int i = 0; i < input.rows(); i++) {
      input.readRow(i, row, 0);
      double squares = 0;
      for (int j = 0; j < width; j++) {
        squares += (double) row[j] * row[j];
      }
      float scale = (float) (1.0 / Math.sqrt(squares / width + epsilon));
      for (int j = 0; j < width; j++) {
        row[j] = row[j] * scale * weight[j];
      }
      output.writeRow(i, row, 0);
    }
  }

  @Override
  public void activate(Matrix values, Activation activation) {
    if (activation == Activation.NONE) {
      return;
    }
    float[] row = new float[values.columns()];
    for (int i = 0; i < values.rows(); i++) {
      values.readRow(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        row[j] = ScalarMath.apply(activation, row[j]);
      }
      values.writeRow(i, row, 0);
    }
  }

  @Override
  public void gate(Matrix gate, Matrix up, Activation activation) {
    float[] gateRow = new float[gate.columns()];
    float[] upRow = new float[up.columns()];
    for (int i = 0; i < gate.rows(); i++) {
      gate.readRow(i, gateRow, 0);
      up.readRow(i, upRow, 0);
      for (int j = 0; j < gateRow.length; j++) {
        gateRow[j] = ScalarMath.apply(activation, gateRow[j]) * upRow[j];
      }
      gate.writeRow(i, gateRow, 0);
    }
  }

  @Override
  public void rotate(Matrix heads, int headDim, int pairs, float[] cosine, float[] sine) {
    float[] row = new float[heads.columns()];
    for (int t = 0; t < heads.rows(); t++) {
      heads.readRow(t, row, 0);
      for (int head = 0; head < row.length; head += headDim) {
        for (int j = 0; j < pairs; j++) {
          float first = row[head + j];
          float second = row[head + j + pairs];
          float c = cosine[t * pairs + j];
          float s = sine[t * pairs + j];
          row[head + j] = Math.fma(first, c, -(second * s));
          row[head + j + pairs] = Math.fma(second, c, first * s);
        }
      }
      heads.writeRow(t, row, 0);
    }
  }

  @Override
  public void round(Matrix source, Operand.BFloats target) {
    for (int i = 0; i < source.rows(); i++) {
      for (int j = 0; j < source.columns(); j++) {
        BFloat16.set(target, i, j, source.get(i, j));
      }
    }
  }

  @Override
  public void widen(Operand.BFloats source, Matrix target) {
    for (int i = 0; i < source.rows(); i++) {
      for (int j = 0; j < source.columns(); j++) {
        target.set(i, j, BFloat16.get(source, i, j));
      }
    }
  }

  @Override
  public void quantize(Operand.BFloats source, ByteBuffer target, float[] scales) {
    Int8.quantize(source, target, scales);
  }

  @Override
  public void dequantize(
      Matrix sums, float[] rowScales, float[] columnScales, float[] bias, Matrix target) {
    for (int i = 0; i < sums.rows(); i++) {
      for (int j = 0; j < sums.columns(); j++) {
        float value = sums.get(i, j) * rowScales[i];
        target.set(i, j, Math.fma(value, columnScales[j], bias[j]));
      }
    }
  }

  @Override
  public void add(Matrix source, Matrix target) {
    float[] sourceRow = new float[source.columns()];
    float[] targetRow = new float[target.columns()];
    for (int i = 0; i < source.rows(); i++) {
      source.readRow(i, sourceRow, 0);
      target.readRow(i, targetRow, 0);
      for (int j = 0; j < targetRow.length; j++) {
        targetRow[j] += sourceRow[j];
      }
      target.writeRow(i, targetRow, 0);
    }
  }

  @Override
  public void addToRow(Matrix target, int row, float[] addend, int from) {
    float[] values = new float[target.columns()];
    target.readRow(row, values, 0);
    for (int j = 0; j < values.length; j++) {
      values[j] += addend[from + j];
    }
    target.writeRow(row, values, 0);
  }

  @Override
  public void addProducts(Matrix input, Matrix weight, Matrix output) {
    float[] weights = new float[weight.columns()];
    float[] row = new float[input.columns()];
    for (int j = 0; j < weight.rows(); j++) {
      weight.readRow(j, weights, 0);
      for (int i = 0; i < input.rows(); i++) {
        input.readRow(i, row, 0);
        output.set(i, j, output.get(i, j) + dot(row, weights));
      }
    }
  }

  /** Four sums side by side, which a processor can work on at once. */
  private static float dot(float[] row, float[] weights) {
    float first = 0;
    float second = 0;
    float third = 0;
    float fourth = 0;
    int whole = row.length / 4 * 4;
    for (int k = 0; k < whole; k += 4) {
      first += row[k] * weights[k];
      second += row[k + 1] * weights[k + 1];
      third += row[k + 2] * weights[k + 2];
      fourth += row[k + 3] * weights[k + 3];
    }
    float sum = first + second + (third + fourth);
    for (int k = whole; k < row.length; k++) {
      sum += row[k] * weights[k];
    }
    return sum;
  }

  /** Adds one row to every row. */
  static void addToRows(float[] addend, Matrix target) {
    float[] row = new float[target.columns()];
    for (int i = 0; i < target.rows(); i++) {
      target.readRow(i, row, 0);
      for (int j = 0; j < row.length; j++) {
        row[j] += addend[j];
      }
      target.writeRow(i, row, 0);
    }
  }
}

package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;

/**
 * The operations of a transformer that work on one row at a time. Immutable and safe for use by
 * several threads.
 */
public interface RowOperations {
  /** {@code scalar} or {@code vector}. */
  String name();

  /**
   * Softmax over the visible keys of each row of a block; keys outside {@code [from, to)} get
   * weight 0.
   *
   * @param scores {@code [rows, tk]}; what no row sees may be overwritten
   * @param rows which keys each row sees; receives entropy, in nats, and largest weight of each row
   * @param block which rows; receives the weights
   * @param weights {@code [rows, tk]}, receives them too, at the same rows; may be the scores
   */
  void softmax(Matrix scores, SoftmaxRows rows, WeightBlock block, Operand weights);

  /** {@code cap * tanh(scores / cap)}, in place (Gemma 2). */
  void softCap(Matrix scores, float cap);

  /** Layer normalisation (Ba 2016); a null bias counts as 0. Output may be the input. */
  void layerNorm(Matrix input, float[] weight, float[] bias, float epsilon, Matrix output);

  /**
   * Root mean square normalisation (Zhang and Sennrich 2019), without mean or bias. Output may be
   * the input.
   */
  void rmsNorm(Matrix input, float[] weight, float epsilon, Matrix output);

  /** Activation in place. */
  void activate(Matrix values, Activation activation);

  /** {@code gate = activation(gate) * up}; both {@code [N, f]}. */
  void gate(Matrix gate, Matrix up, Activation activation);

  /**
   * Rotary position embedding (Su 2021) of every head in a row, in place, on the first {@code 2 *
   * pairs} columns of each head: column j is paired with column {@code j + pairs}, the half-split
   * form of Hugging Face checkpoints.
   *
   * @param heads {@code [T, heads * headDim]}, row t stands at position t
   * @param cosine {@code [T * pairs]}
   * @param sine {@code [T * pairs]}
   */
  void rotate(Matrix heads, int headDim, int pairs, float[] cosine, float[] sine);

  /** Adds {@code addend[from ...]} to one row. */
  void addToRow(Matrix target, int row, float[] addend, int from);

  /** Rounds to bfloat16, to nearest, ties to even; both have the same shape. */
  void round(Matrix source, Operand.BFloats target);

  /** The exact values of numbers in bfloat16; both have the same shape. */
  void widen(Operand.BFloats source, Matrix target);

  /**
   * Rounds rows to signed bytes with a scale each, as {@link Int8} says.
   *
   * @param source {@code [rows, columns]}
   * @param target receives {@code [rows, columns]} without gaps, from its start
   * @param scales receives {@code [rows]}
   */
  void quantize(Operand.BFloats source, ByteBuffer target, float[] scales);

  /**
   * {@code target[i][j] = sums[i][j] * rowScales[i] * columnScales[j] + bias[j]}; the target may be
   * the sums.
   */
  void dequantize(
      Matrix sums, float[] rowScales, float[] columnScales, float[] bias, Matrix target);

  /** {@code target += source}. */
  void add(Matrix source, Matrix target);

  /**
   * {@code output += input weight^T}, for products whose rows a BLAS library rounds by their place:
   * here a row has the same bits wherever it stands.
   *
   * @param input {@code [N, inputs]}
   * @param weight {@code [outputs, inputs]}
   * @param output {@code [N, outputs]}
   */
  void addProducts(Matrix input, Matrix weight, Matrix output);
}

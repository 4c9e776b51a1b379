package dev.headlight.kernel;

import dev.headlight.config.Activation;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.NativeArena;
import dev.headlight.tensor.Workspace;

/**
 * The matrix products of a transformer. Implementations are immutable and safe for use by several
 * threads, each with its own {@link Workspace}.
 *
 * <p>Every row of a {@code linear} result has the same bits whatever other rows stand beside it and
 * however many they are: this is what makes a sequence's results independent of its batch. Results
 * of {@code scores} and {@code values} depend on the shapes of their own arguments only.
 */
public interface MatrixProducts {
  /** The name that {@code --kernels} takes. */
  String name();

  /**
   * Copies weights into the layout this implementation prefers.
   *
   * @param weight {@code [outputs, inputs]}; may be freed afterwards
   * @param bias {@code [outputs]}, or null for none
   */
  PackedLinear pack(Matrix weight, float[] bias, NativeArena arena);

  /** A matrix in the type products multiply in: itself, or a rounded copy from the workspace. */
  Operand operand(Matrix values, Workspace workspace);

  /** An uninitialised matrix for results that products read again. */
  Operand newOperand(int rows, int columns, Workspace workspace);

  /**
   * {@code output = activation(input W^T + b)}; input {@code [N, inputs]}, output {@code [N,
   * outputs]}, in float32 or in the type products multiply in.
   */
  void linear(
      Operand input,
      PackedLinear weights,
      Activation activation,
      Operand output,
      Workspace workspace);

  /** The same, with the result in float32. */
  default void linear(
      Operand input,
      PackedLinear weights,
      Activation activation,
      Matrix output,
      Workspace workspace) {
    linear(input, weights, activation, new Operand.Floats(output), workspace);
  }

  /**
   * {@code output += input W^T + b}, the projection with its residual; shapes as in {@code linear}.
   */
  void linearAdd(Operand input, PackedLinear weights, Matrix output, Workspace workspace);

  /** As {@code linear}, of a matrix that only this product reads. */
  default void linear(
      Matrix input,
      PackedLinear weights,
      Activation activation,
      Matrix output,
      Workspace workspace) {
    try (Workspace.Scope scope = workspace.scope()) {
      linear(operand(input, workspace), weights, activation, output, workspace);
    }
  }

  /** Where softmax is to put the weights that it makes of scores, for {@code values}. */
  Operand weights(Matrix scores, Workspace workspace);

  /**
   * Attention scores of a group of heads: {@code scores[i * tq + r] = scale * q[r] . k} for head
   * {@code i} of the group.
   *
   * @param query {@code [tq, h*k]}, projected queries of a tile of one sequence
   * @param key {@code [tk, g*k]}, projected keys of the same sequence
   * @param scores {@code [heads*tq, tk]}
   */
  void scores(
      Operand query, Operand key, HeadGroup group, float scale, Matrix scores, Workspace workspace);

  /**
   * Weighted values of a group of heads, the counterpart of {@code scores}.
   *
   * @param weights {@code [heads*tq, tk]} after softmax, of {@code weights}
   * @param value {@code [tk, g*k]}
   * @param context {@code [tq, h*k]}; only the columns of the group's heads are written
   */
  void values(
      Operand weights, Operand value, HeadGroup group, Operand context, Workspace workspace);
}

package dev.headlight.nn;

import dev.headlight.config.NormConfig;
import dev.headlight.tensor.Matrix;

/**
 * Layer norm or root mean square norm with its parameters.
 *
 * @param weight gain {@code [width]}; the unit offset of Gemma is already added
 * @param bias {@code [width]} or null
 */
public record Norm(NormConfig.Kind kind, float[] weight, float[] bias, float epsilon) {

  /** Normalises each row; output may be the input. */
  public void apply(Matrix input, Matrix output, ForwardContext context) {
    if (kind == NormConfig.Kind.LAYER) {
      context.rows().layerNorm(input, weight, bias, epsilon, output);
    } else {
      context.rows().rmsNorm(input, weight, epsilon, output);
    }
  }

  /**
   * Normalises each head {@code [T, k]} of {@code [N, heads * k]} by itself, in place; or the whole
   * row if the gain is that wide.
   */
  void applyPerHead(Matrix heads, ForwardContext context) {
    for (int column = 0; column < heads.columns(); column += weight.length) {
      Matrix head = heads.columns(column, weight.length);
      apply(head, head, context);
    }
  }
}

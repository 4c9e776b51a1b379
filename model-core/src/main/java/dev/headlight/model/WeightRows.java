package dev.headlight.model;

import dev.headlight.config.LinearConfig;
import java.util.function.IntUnaryOperator;

/**
 * Some outputs of a stored linear projection, in the order they are wanted.
 *
 * @param linear where the tensor stands
 * @param count outputs wanted
 * @param storedOutput for each wanted output, the output of {@code linear} it is
 */
record WeightRows(LinearConfig linear, int count, IntUnaryOperator storedOutput) {

  static WeightRows all(LinearConfig linear) {
    return new WeightRows(linear, linear.outputs(), IntUnaryOperator.identity());
  }

  static WeightRows block(LinearConfig linear, int first, int count) {
    return new WeightRows(linear, count, output -> first + output);
  }
}

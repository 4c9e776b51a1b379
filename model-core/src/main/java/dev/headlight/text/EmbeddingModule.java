package dev.headlight.text;

import java.io.Serializable;

/**
 * A step that changes a pooled vector, one of sentence-transformers' modules. Sums are kept in
 * double precision. Immutable; arrays must not be changed.
 */
public sealed interface EmbeddingModule extends Serializable {

  /** Its name in {@code modules.json}. */
  String name();

  /**
   * The length of the vectors it gives for vectors of a length.
   *
   * @throws IllegalArgumentException if it takes no vectors of this length
   */
  int width(int input);

  /** The changed vector; the one given is not changed. */
  float[] apply(float[] vector);

  /** Scales vectors to Euclidean length 1. */
  record Normalize() implements EmbeddingModule {
    /** What PyTorch takes for the least length, so that zeros stay zeros. */
    private static final double LEAST_LENGTH = 1e-12;

    @Override
    public String name() {
      return "Normalize";
    }

    @Override
    public int width(int input) {
      return input;
    }

    @Override
    public float[] apply(float[] vector) {
      double squares = 0;
      for (float value : vector) {
        squares += (double) value * value;
      }
      double length = Math.max(Math.sqrt(squares), LEAST_LENGTH);
      float[] normalized = new float[vector.length];
      for (int i = 0; i < vector.length; i++) {
        normalized[i] = (float) (vector[i] / length);
      }
      return normalized;
    }
  }

  /**
   * A linear projection with an activation.
   *
   * @param weight {@code [outputs, inputs]}, row-major
   * @param bias {@code [outputs]}, or empty for none
   * @param residual {@code [outputs, inputs]}, projects the vector that is added to the result; or
   *     empty
   * @param addsInput whether the vector given is added to the result as it is
   */
  record Dense(
      int inputs,
      int outputs,
      float[] weight,
      float[] bias,
      float[] residual,
      boolean addsInput,
      DenseActivation activation)
      implements EmbeddingModule {

    @Override
    public String name() {
      return "Dense";
    }

    @Override
    public int width(int input) {
      if (input != inputs) {
        throw new IllegalArgumentException(
            "Dense: expected vectors of %d values, found %d".formatted(inputs, input));
      }
      return outputs;
    }

    @Override
    public float[] apply(float[] vector) {
      double[] projected = project(weight, vector);
      double[] added = residual.length == 0 ? null : project(residual, vector);
      float[] result = new float[outputs];
      for (int output = 0; output < outputs; output++) {
        double sum = bias.length == 0 ? projected[output] : projected[output] + bias[output];
        double value = activation.apply(sum);
        if (addsInput) {
          value += vector[output];
        } else if (added != null) {
          value += added[output];
        }
        result[output] = (float) value;
      }
      return result;
    }

    private double[] project(float[] matrix, float[] vector) {
      double[] sums = new double[outputs];
      for (int output = 0; output < outputs; output++) {
        double sum = 0;
        for (int input = 0; input < inputs; input++) {
          sum += (double) matrix[output * inputs + input] * vector[input];
        }
        sums[output] = sum;
      }
      return sums;
    }
  }

  /**
   * Layer normalization (Ba 2016).
   *
   * @param weight {@code [d]}
   * @param bias {@code [d]}
   */
  record LayerNorm(float[] weight, float[] bias) implements EmbeddingModule {
    private static final double EPSILON = 1e-5;

    @Override
    public String name() {
      return "LayerNorm";
    }

    @Override
    public int width(int input) {
      if (input != weight.length) {
        throw new IllegalArgumentException(
            "LayerNorm: expected vectors of %d values, found %d".formatted(weight.length, input));
      }
      return input;
    }

    @Override
    public float[] apply(float[] vector) {
      double mean = 0;
      for (float value : vector) {
        mean += value;
      }
      mean /= vector.length;
      double variance = 0;
      for (float value : vector) {
        variance += (value - mean) * (value - mean);
      }
      double scale = 1 / Math.sqrt(variance / vector.length + EPSILON);
      float[] normalized = new float[vector.length];
      for (int i = 0; i < vector.length; i++) {
        normalized[i] = (float) ((vector[i] - mean) * scale * weight[i] + bias[i]);
      }
      return normalized;
    }
  }
}

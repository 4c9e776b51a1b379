package dev.headlight.kernel;

import dev.headlight.config.Activation;

/**
 * Elementary functions in float32 without tables, accurate to a few units in the last place; the
 * vector kernels evaluate the same polynomials in the same order.
 */
public final class ScalarMath {
  static final float LOG2_E = 1.442695f;
  // ln 2 split in two so that n * LN2_HIGH is exact for every exponent n of a float (Cody and Waite
  // 1980)
  static final float LN2_HIGH = 0.6933594f;
  static final float LN2_LOW = -0.00021219444f;
  static final float EXP_SMALLEST = -87.33654f;
  static final float EXP_LARGEST = 88.02969f;
  // adding and subtracting this rounds a small float to the nearest integer
  static final float ROUNDING = 12582912f;
  // minimax polynomial of (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2] (Moshier, Cephes expf)
  static final float[] EXP_POLYNOMIAL = {
    0.00019875691f, 0.0013981999f, 0.008333452f, 0.041665796f, 0.16666666f, 0.5f
  };
  // erf(x) = 1 - t P(t) e^(-x^2), t = 1 / (1 + 0.3275911 x): Abramowitz and Stegun 7.1.26, error
  // below 1.5e-7
  static final float ERF_T = 0.3275911f;
  static final float[] ERF_POLYNOMIAL = {
    1.0614054f, -1.4531521f, 1.4214138f, -0.28449672f, 0.2548296f
  };
  static final float SQRT_HALF = 0.70710677f;
  // (1 + tanh(y)) / 2 is sigmoid(2 y)
  static final float SQRT_8_OVER_PI = 1.5957692f;
  static final float GELU_CUBIC = 0.044715f;

  private ScalarMath() {}

  /** {@code e^x}; 0 below the smallest normal float, clamped to the largest power of two above. */
  public static float exp(float x) {
    if (x < EXP_SMALLEST) {
      return 0f;
    }
    float clamped = Math.min(x, EXP_LARGEST); // NaN stays NaN
    float n = Math.fma(clamped, LOG2_E, ROUNDING) - ROUNDING;
    float r = Math.fma(n, -LN2_HIGH, clamped);
    r = Math.fma(n, -LN2_LOW, r);
    float p = EXP_POLYNOMIAL[0];
    for (int i = 1; i < EXP_POLYNOMIAL.length; i++) {
      p = Math.fma(p, r, EXP_POLYNOMIAL[i]);
    }
    float value = Math.fma(p, r * r, r) + 1f;
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) + ((int) n << 23));
  }

  static float tanh(float x) {
    float e = exp(-2f * Math.abs(x));
    return Math.copySign((1f - e) / (1f + e), x);
  }

  static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  static float erf(float x) {
    float a = Math.abs(x);
    float t = 1f / Math.fma(a, ERF_T, 1f);
    float p = ERF_POLYNOMIAL[0];
    for (int i = 1; i < ERF_POLYNOMIAL.length; i++) {
      p = Math.fma(p, t, ERF_POLYNOMIAL[i]);
    }
    return Math.copySign(1f - p * t * exp(-a * a), x);
  }

  static float apply(Activation activation, float x) {
    return switch (activation) {
      case NONE -> x;
      case GELU -> 0.5f * x * (1f + erf(x * SQRT_HALF));
      case GELU_TANH -> x * sigmoid((GELU_CUBIC * x * x * x + x) * SQRT_8_OVER_PI);
      case QUICK_GELU -> x * sigmoid(1.702f * x);
      case SILU -> x * sigmoid(x);
      case RELU -> Math.max(x, 0f);
      case RELU_SQUARED -> Math.max(x, 0f) * Math.max(x, 0f);
      case TANH -> tanh(x);
      case SIGMOID -> sigmoid(x);
    };
  }
}

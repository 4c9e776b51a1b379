package dev.headlight.kernel;

import dev.headlight.config.Activation;

/** Activations in float64 from their definitions. */
final class ActivationReference {
  private ActivationReference() {}

  static double apply(Activation activation, double x) {
    return switch (activation) {
      case NONE -> x;
      case GELU -> x * 0.5 * (1 + erf(x / Math.sqrt(2)));
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
      case SILU -> x / (1 + Math.exp(-x));
      case RELU -> Math.max(0, x);
      case RELU_SQUARED -> Math.pow(Math.max(0, x), 2);
      case TANH -> Math.tanh(x);
      case SIGMOID -> 1 / (1 + Math.exp(-x));
    };
  }

  /** Error function by its Taylor series, which in float64 is exact enough up to |x| = 5. */
  private static double erf(double x) {
    if (Math.abs(x) > 5) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return sum * 2 / Math.sqrt(Math.PI);
  }
}

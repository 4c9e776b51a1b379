package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;

import dev.headlight.config.Activation;
import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * Activations of whole vectors, one loop each: a loop over all of them would be too large for the
 * compiler to inline, and vectors that it gives up on are allocated.
 */
interface VectorActivations {
  /** Activates the floats {@code [start, end)} in place, a multiple of the lanes. */
  void apply(ByteBuffer bytes, int start, int end);

  /** The loop of an activation. */
  static VectorActivations of(Activation activation) {
    return switch (activation) {
      case NONE -> (bytes, start, end) -> {};
      case GELU -> new VectorGelu()::apply;
      case GELU_TANH -> VectorActivations::geluTanh;
      case QUICK_GELU -> VectorActivations::quickGelu;
      case SILU -> VectorActivations::silu;
      case RELU -> VectorActivations::relu;
      case RELU_SQUARED -> VectorActivations::reluSquared;
      case TANH -> VectorActivations::tanh;
      case SIGMOID -> VectorActivations::sigmoid;
    };
  }

  private static void geluTanh(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      FloatVector x = load(bytes, j);
      FloatVector cubic = x.mul(ScalarMath.GELU_CUBIC).mul(x).mul(x);
      store(x.mul(VectorMath.sigmoid(cubic.add(x).mul(ScalarMath.SQRT_8_OVER_PI))), bytes, j);
    }
  }

  private static void quickGelu(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      FloatVector x = load(bytes, j);
      store(x.mul(VectorMath.sigmoid(x.mul(1.702f))), bytes, j);
    }
  }

  private static void silu(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      FloatVector x = load(bytes, j);
      store(x.mul(VectorMath.sigmoid(x)), bytes, j);
    }
  }

  private static void relu(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      store(load(bytes, j).max(0f), bytes, j);
    }
  }

  private static void reluSquared(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      FloatVector positive = load(bytes, j).max(0f);
      store(positive.mul(positive), bytes, j);
    }
  }

  private static void tanh(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      store(VectorMath.tanh(load(bytes, j)), bytes, j);
    }
  }

  private static void sigmoid(ByteBuffer bytes, int start, int end) {
    for (int j = start; j < end; j += LANES) {
      store(VectorMath.sigmoid(load(bytes, j)), bytes, j);
    }
  }
}

package dev.headlight.kernel;

import static dev.headlight.kernel.VectorMath.FLOATS;
import static dev.headlight.kernel.VectorMath.LANES;
import static dev.headlight.kernel.VectorMemory.load;
import static dev.headlight.kernel.VectorMemory.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * {@code x / 2 (1 + erf(x / sqrt 2))} in three passes over a row, which are called through one
 * place so that they are compiled apart, as those of {@link VectorSoftmax}. Belongs to one thread.
 */
final class VectorGelu {
  private static final Pass[] PASSES = {VectorGelu::series, VectorGelu::decay, VectorGelu::combine};

  /** What passes hand on. */
  private float[] tails = new float[0];

  private interface Pass {
    void run(ByteBuffer bytes, int start, int end, float[] tails);
  }

  /** As {@link VectorActivations#apply}. */
  void apply(ByteBuffer bytes, int start, int end) {
    if (tails.length < end - start) {
      tails = new float[end - start];
    }
    for (Pass pass : PASSES) {
      pass.run(bytes, start, end, tails);
    }
  }

  private static void series(ByteBuffer bytes, int start, int end, float[] tails) {
    for (int j = start; j < end; j += LANES) {
      VectorMath.erfSeries(load(bytes, j).mul(ScalarMath.SQRT_HALF)).intoArray(tails, j - start);
    }
  }

  private static void decay(ByteBuffer bytes, int start, int end, float[] tails) {
    for (int j = start; j < end; j += LANES) {
      FloatVector decay = VectorMath.erfDecay(load(bytes, j).mul(ScalarMath.SQRT_HALF));
      FloatVector.fromArray(FLOATS, tails, j - start).mul(decay).intoArray(tails, j - start);
    }
  }

  private static void combine(ByteBuffer bytes, int start, int end, float[] tails) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    for (int j = start; j < end; j += LANES) {
      FloatVector x = load(bytes, j);
      FloatVector erf =
          VectorMath.withSignOf(one.sub(FloatVector.fromArray(FLOATS, tails, j - start)), x);
      store(x.mul(0.5f).mul(erf.add(1f)), bytes, j);
    }
  }
}

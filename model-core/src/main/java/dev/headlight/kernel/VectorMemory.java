package dev.headlight.kernel;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/** Vectors of native memory; places are counted in floats. */
final class VectorMemory {
  private VectorMemory() {}

  static FloatVector load(ByteBuffer bytes, int index) {
    return FloatVector.fromByteBuffer(
        VectorMath.FLOATS, bytes, index * Float.BYTES, VectorMath.ORDER);
  }

  static void store(FloatVector vector, ByteBuffer bytes, int index) {
    vector.intoByteBuffer(bytes, index * Float.BYTES, VectorMath.ORDER);
  }

  /** Where the last whole vector of so many floats ends. */
  static int wholeVectors(int length) {
    return VectorMath.FLOATS.loopBound(length);
  }
}

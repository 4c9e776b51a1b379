package dev.headlight.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors of floats and ints that all code works on. Vectors of an element type have one length
 * in the whole process: where the compiler's profile has seen two, it allocates all of them on the
 * heap. To be loaded only where the module of the Vector API is present.
 */
public final class FloatLanes {
  private static final int MOST = 16;

  /** Up to 16 floats. */
  public static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() > MOST
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  /** As many ints. */
  public static final VectorSpecies<Integer> INTS =
      IntVector.SPECIES_PREFERRED.length() > MOST
          ? IntVector.SPECIES_512
          : IntVector.SPECIES_PREFERRED;

  /** Number of lanes. */
  public static final int COUNT = FLOATS.length();

  private FloatLanes() {}

  /**
   * Sum of the lanes of a vector in memory, in halves: the order of {@code reduceLanes} is left
   * open, and bits must not depend on it. Of an array, as a call that the compiler does not inline
   * allocates its vectors; one by one, as shuffles are no faster.
   */
  public static float sum(float[] lanes, int at) {
    if (COUNT == MOST) {
      return (pair(lanes, at, 8) + pair(lanes, at + 4, 8))
          + (pair(lanes, at + 2, 8) + pair(lanes, at + 6, 8))
          + ((pair(lanes, at + 1, 8) + pair(lanes, at + 5, 8))
              + (pair(lanes, at + 3, 8) + pair(lanes, at + 7, 8)));
    }
    if (COUNT == 8) {
      return (pair(lanes, at, 4) + pair(lanes, at + 2, 4))
          + (pair(lanes, at + 1, 4) + pair(lanes, at + 3, 4));
    }
    return COUNT == 4 ? pair(lanes, at, 2) + pair(lanes, at + 1, 2) : pair(lanes, at, 1);
  }

  /**
   * {@link ScalarMath#exp} of each value, in place, with the same bits.
   *
   * @param values whose length is a multiple of the lanes; the last vector is done whole
   */
  public static void exp(float[] values, int count) {
    for (int i = 0; i < count; i += COUNT) {
      VectorMath.exp(FloatVector.fromArray(FLOATS, values, i)).intoArray(values, i);
    }
  }

  private static float pair(float[] lanes, int at, int half) {
    return lanes[at] + lanes[at + half];
  }
}

package dev.headlight.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
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

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);

  private FloatLanes() {}

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane + lanes) % COUNT);
  }

  /**
   * {@link #sum(FloatVector)} of a vector in memory: a call that the compiler does not inline
   * allocates its vectors, but not an array.
   */
  public static float sum(float[] lanes, int at) {
    return sum(FloatVector.fromArray(FLOATS, lanes, at));
  }

  /**
   * Sum of the lanes in halves, in a fixed order: the order of {@code reduceLanes} is left open,
   * and bits must not depend on it.
   */
  public static float sum(FloatVector vector) {
    FloatVector sum = vector;
    if (COUNT > 8) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (COUNT > 4) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (COUNT > 2) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.lane(0) + sum.lane(1);
  }
}

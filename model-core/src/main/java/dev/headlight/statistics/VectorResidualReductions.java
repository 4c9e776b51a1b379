package dev.headlight.statistics;

import dev.headlight.kernel.FloatLanes;
import dev.headlight.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions with the JDK's Vector API.
 *
 * <p>Looks at values are called through one place of three targets, which the compiler does not
 * inline: together they are too large for it, and vectors that it gives up on are allocated.
 */
final class VectorResidualReductions implements ResidualReductions {
  private static final VectorSpecies<Float> FLOATS = FloatLanes.FLOATS;
  private static final VectorSpecies<Integer> INTS = FloatLanes.INTS;
  private static final int SIGN = Integer.SIZE - 1;
  private static final int LONG_STEP = 256;
  private static final int SHORT_STEP = 32;

  @Override
  public void squares(Matrix hidden, double[] result) {
    VectorDoubleSums.squares(hidden, result);
  }

  @Override
  public void add(Matrix hidden, double[] scales, double[] sums, double[] scaledSums) {
    VectorDoubleSums.add(hidden, scales, sums, scaledSums);
  }

  private static IntVector absoluteBits(float[] values, int at) {
    return FloatVector.fromArray(FLOATS, values, at).reinterpretAsInts().and(Integer.MAX_VALUE);
  }

  private interface Look {
    void run(float[] values, int start, int end, int low, int high, Counts result);
  }

  private static final Look SURVEY = VectorResidualReductions::findAll;
  private static final Look COUNT = VectorResidualReductions::count;
  private static final Look NOTE = VectorResidualReductions::note;

  private static void look(
      Look look, float[] values, int start, int end, int low, int high, Counts result) {
    look.run(values, start, end, low, high, result);
  }

  @Override
  public void countBelow(float[] values, int count, int low, int high, Counts result) {
    look(COUNT, values, 0, count, low, high, result);
  }

  @Override
  public void survey(float[] values, int start, int end, int low, int high, Counts result) {
    look(SURVEY, values, start, end, low, high, result);
  }

  @Override
  public void collect(float[] values, int count, int low, int high, Counts result) {
    look(NOTE, values, 0, count, low, high, result);
    result.collected = 0;
    for (int place = 0; place < result.noted && result.hasRoom(); place++) {
      collectInStep(values, result.places[place], low, high, result);
    }
    int rest = count / LONG_STEP * LONG_STEP;
    ScalarResidualReductions.collect(values, rest, count, low, high, result);
  }

  private static void findAll(
      float[] values, int start, int end, int low, int high, Counts result) {
    IntVector belowLow = IntVector.zero(INTS);
    IntVector belowHigh = IntVector.zero(INTS);
    IntVector largest = IntVector.zero(INTS);
    int lanes = INTS.length();
    int k = start;
    for (; k + lanes <= end; k += lanes) {
      IntVector bits = absoluteBits(values, k);
      belowLow = belowLow.add(bits.sub(low).lanewise(VectorOperators.ASHR, SIGN));
      belowHigh = belowHigh.add(bits.sub(high).lanewise(VectorOperators.ASHR, SIGN));
      largest = largest.max(bits);
    }
    result.belowLow = -belowLow.reduceLanes(VectorOperators.ADD);
    result.belowHigh = -belowHigh.reduceLanes(VectorOperators.ADD);
    result.largest = largest.reduceLanes(VectorOperators.MAX);
    ScalarResidualReductions.addBelow(values, k, end, low, high, result);
  }

  private static void count(float[] values, int start, int end, int low, int high, Counts result) {
    IntVector belowLow = IntVector.zero(INTS);
    IntVector belowHigh = IntVector.zero(INTS);
    int lanes = INTS.length();
    int k = start;
    for (; k + lanes <= end; k += lanes) {
      IntVector bits = absoluteBits(values, k);
      belowLow = belowLow.add(bits.sub(low).lanewise(VectorOperators.ASHR, SIGN));
      belowHigh = belowHigh.add(bits.sub(high).lanewise(VectorOperators.ASHR, SIGN));
    }
    result.belowLow = -belowLow.reduceLanes(VectorOperators.ADD);
    result.belowHigh = -belowHigh.reduceLanes(VectorOperators.ADD);
    ScalarResidualReductions.addBelow(values, k, end, low, high, result);
  }

  /** Counts, and notes the long steps in which something is between the bounds. */
  private static void note(float[] values, int start, int end, int low, int high, Counts result) {
    result.reservePlaces((end - start) / LONG_STEP + 1);
    int[] places = result.places;
    int noted = 0;
    int belowLow = 0;
    int belowHigh = 0;
    int k = start;
    for (; k + LONG_STEP <= end; k += LONG_STEP) {
      int below = below(values, k, low, high);
      int between = (below >>> Short.SIZE) - (below & 0xFFFF);
      belowLow += below & 0xFFFF;
      belowHigh += below >>> Short.SIZE;
      places[noted] = k;
      noted -= -between >> SIGN;
    }
    result.noted = noted;
    result.belowLow = belowLow;
    result.belowHigh = belowHigh;
    ScalarResidualReductions.addBelow(values, k, end, low, high, result);
  }

  /** Values of a long step below the lower bound, and in the high half those below the upper. */
  private static int below(float[] values, int at, int low, int high) {
    IntVector lows = IntVector.zero(INTS);
    IntVector highs = IntVector.zero(INTS);
    for (int v = at; v < at + LONG_STEP; v += INTS.length()) {
      IntVector bits = absoluteBits(values, v);
      lows = lows.add(bits.sub(low).lanewise(VectorOperators.ASHR, SIGN));
      highs = highs.add(bits.sub(high).lanewise(VectorOperators.ASHR, SIGN));
    }
    return -highs
        .lanewise(VectorOperators.LSHL, Short.SIZE)
        .add(lows)
        .reduceLanes(VectorOperators.ADD);
  }

  private static void collectInStep(float[] values, int at, int low, int high, Counts result) {
    for (int k = at; k < at + LONG_STEP; k += SHORT_STEP) {
      if (between(values, k, low, high) < 0) {
        ScalarResidualReductions.collect(values, k, k + SHORT_STEP, low, high, result);
      }
    }
  }

  /** Less the number of values between the bounds. */
  private static int between(float[] values, int at, int low, int high) {
    IntVector between = IntVector.zero(INTS);
    for (int v = at; v < at + SHORT_STEP; v += INTS.length()) {
      IntVector bits = absoluteBits(values, v);
      IntVector isBelowLow = bits.sub(low).lanewise(VectorOperators.ASHR, SIGN);
      between = between.add(bits.sub(high).lanewise(VectorOperators.ASHR, SIGN)).sub(isBelowLow);
    }
    return between.reduceLanes(VectorOperators.ADD);
  }
}

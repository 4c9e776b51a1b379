package dev.headlight.statistics;

import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shape;
import dev.headlight.statistics.RowSums.Threshold;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions with the JDK's Vector API, in float32 lanes.
 *
 * <p>Floats that are not negative are in the same order as their bits, so comparisons are integer
 * subtractions whose sign is spread over the lane: masks of the Vector API are slow on JDK 17.
 */
final class VectorRowReductions implements RowReductions {
  private static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() > ALIGNMENT
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());
  private static final int LANES = FLOATS.length();
  private final ScalarRowReductions scalar = new ScalarRowReductions();

  private static final int SIGN = Integer.SIZE - 1;

  /** A variance loses this factor of its accuracy at most by subtraction. */
  private static final float MOST_CANCELLED = 4f;

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane + lanes) % LANES);
  }

  /** Lane numbers. */
  private static final FloatVector RAMP = FloatVector.zero(FLOATS).addIndex(1);

  /** Zeros, ones, zeros: windows of it cut a vector in two. */
  private static final float[] STEPS = steps();

  private static float[] steps() {
    float[] steps = new float[3 * ALIGNMENT];
    Arrays.fill(steps, ALIGNMENT, 2 * ALIGNMENT, 1f);
    return steps;
  }

  /** First index of the vector that holds an index; rows are aligned. */
  private static int aligned(int index) {
    return index & -LANES;
  }

  @Override
  public void shape(float[] weights, int start, int end, int above, int atLeast, Shape result) {
    IntVector below = IntVector.broadcast(INTS, atLeast - 1);
    IntVector limit = IntVector.broadcast(INTS, above + 1);
    IntVector largest = IntVector.zero(INTS);
    IntVector notAbove = IntVector.zero(INTS);
    IntVector reaching = IntVector.zero(INTS);
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = FloatVector.zero(FLOATS);
    int first = aligned(start);
    int k = first;
    for (; k + LANES < end; k += 2 * LANES) {
      IntVector bits0 = bits(weights, k);
      IntVector bits1 = bits(weights, k + LANES);
      IntVector reaches0 = negative(below.sub(bits0));
      IntVector reaches1 = negative(below.sub(bits1));
      largest = largest.max(bits0).max(bits1);
      notAbove = notAbove.add(negative(bits0.sub(limit))).add(negative(bits1.sub(limit)));
      reaching = reaching.add(reaches0).add(reaches1);
      even = even.add(bits0.and(reaches0).reinterpretAsFloats());
      odd = odd.add(bits1.and(reaches1).reinterpretAsFloats());
    }
    if (k < end) {
      IntVector bits = bits(weights, k);
      IntVector reaches = negative(below.sub(bits));
      largest = largest.max(bits);
      notAbove = notAbove.add(negative(bits.sub(limit)));
      reaching = reaching.add(reaches);
      even = even.add(bits.and(reaches).reinterpretAsFloats());
      k += LANES;
    }
    result.largest = Float.intBitsToFloat(largest.reduceLanes(VectorOperators.MAX));
    result.above = k - first + notAbove.reduceLanes(VectorOperators.ADD);
    result.threshold.count = -reaching.reduceLanes(VectorOperators.ADD);
    result.threshold.sum = sumOfLanes(even.add(odd));
  }

  @Override
  public void threshold(float[] weights, int start, int end, int atLeast, Threshold result) {
    IntVector below = IntVector.broadcast(INTS, atLeast - 1);
    IntVector count = IntVector.zero(INTS);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    FloatVector sum2 = FloatVector.zero(FLOATS);
    FloatVector sum3 = FloatVector.zero(FLOATS);
    int k = aligned(start);
    for (; k + 3 * LANES < end; k += 4 * LANES) {
      IntVector bits0 = bits(weights, k);
      IntVector bits1 = bits(weights, k + LANES);
      IntVector bits2 = bits(weights, k + 2 * LANES);
      IntVector bits3 = bits(weights, k + 3 * LANES);
      IntVector reaches0 = negative(below.sub(bits0));
      IntVector reaches1 = negative(below.sub(bits1));
      IntVector reaches2 = negative(below.sub(bits2));
      IntVector reaches3 = negative(below.sub(bits3));
      count = count.add(reaches0).add(reaches1).add(reaches2.add(reaches3));
      sum0 = sum0.add(bits0.and(reaches0).reinterpretAsFloats());
      sum1 = sum1.add(bits1.and(reaches1).reinterpretAsFloats());
      sum2 = sum2.add(bits2.and(reaches2).reinterpretAsFloats());
      sum3 = sum3.add(bits3.and(reaches3).reinterpretAsFloats());
    }
    for (; k < end; k += LANES) {
      IntVector bits = bits(weights, k);
      IntVector reaches = negative(below.sub(bits));
      count = count.add(reaches);
      sum0 = sum0.add(bits.and(reaches).reinterpretAsFloats());
    }
    result.count = -count.reduceLanes(VectorOperators.ADD);
    result.sum = sumOfLanes(sum0.add(sum1).add(sum2.add(sum3)));
  }

  private static IntVector bits(float[] weights, int at) {
    return FloatVector.fromArray(FLOATS, weights, at).reinterpretAsInts();
  }

  /** All bits set in lanes that are negative, none in others. */
  private static IntVector negative(IntVector vector) {
    return vector.lanewise(VectorOperators.ASHR, SIGN);
  }

  /** In halves: {@code reduceLanes} adds floats one after the other. */
  private static float sumOfLanes(FloatVector vector) {
    FloatVector sum = vector;
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (LANES > 2) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    return sum.lane(0) + sum.lane(1);
  }

  /** Two or more vectors share the weights; they are added up, then their lanes. */
  @Override
  public double sumError(int count) {
    return (count / (2 * LANES) + 7) * 0.5 * Math.ulp(1f);
  }

  /**
   * Seldom asked for, so not on vectors: of doubles they would have half as many lanes, and where
   * the compiler has seen vectors of ints or floats of two lengths it allocates all of them.
   */
  @Override
  public double exactSum(float[] weights, int start, int end, int atLeast) {
    return scalar.exactSum(weights, start, end, atLeast);
  }

  @Override
  public void distances(float[] weights, int start, int end, int centre, Distances result) {
    int first = aligned(start);
    int middle = aligned(centre);
    float origin = (float) result.mean;
    FloatVector before = FloatVector.fromArray(FLOATS, result.before, 0);
    FloatVector after = FloatVector.fromArray(FLOATS, result.after, 0);
    FloatVector moment = FloatVector.zero(FLOATS); // sum w (|k - c| - origin)
    FloatVector square = FloatVector.zero(FLOATS); // sum w (|k - c| - origin)^2
    FloatVector deviation = RAMP.neg().add(centre - first - origin);
    int k = first;
    for (; k < Math.min(middle, end); k += LANES) {
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, k);
      before = before.add(weight);
      FloatVector weighted = weight.mul(deviation);
      moment = moment.add(weighted);
      square = weighted.fma(deviation, square);
      deviation = deviation.sub(LANES);
    }
    if (k == middle && k < end) {
      int lane = centre - middle;
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, k);
      before = FloatVector.fromArray(FLOATS, STEPS, 2 * ALIGNMENT - lane).fma(weight, before);
      after = FloatVector.fromArray(FLOATS, STEPS, ALIGNMENT - 1 - lane).fma(weight, after);
      deviation = RAMP.sub(lane).abs().sub(origin);
      FloatVector weighted = weight.mul(deviation);
      moment = moment.add(weighted);
      square = weighted.fma(deviation, square);
      k += LANES;
    }
    deviation = RAMP.add(k - centre - origin);
    for (; k < end; k += LANES) {
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, k);
      after = after.add(weight);
      FloatVector weighted = weight.mul(deviation);
      moment = moment.add(weighted);
      square = weighted.fma(deviation, square);
      deviation = deviation.add(LANES);
    }
    before.intoArray(result.before, 0);
    after.intoArray(result.after, 0);
    // the weights sum to 1
    float shift = sumOfLanes(moment);
    float variance = sumOfLanes(square) - shift * shift;
    result.mean = shift + origin;
    result.squaredDeviation =
        shift * shift <= MOST_CANCELLED * variance
            ? variance
            : squaredDeviation(weights, first, end, centre, shift + origin);
  }

  private static double squaredDeviation(
      float[] weights, int first, int end, int centre, float mean) {
    FloatVector squares = FloatVector.zero(FLOATS);
    FloatVector offset = RAMP.add(first - centre); // k - c
    for (int k = first; k < end; k += LANES) {
      FloatVector deviation = offset.abs().sub(mean);
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, k);
      squares = deviation.mul(deviation).fma(weight, squares);
      offset = offset.add(LANES);
    }
    return squares.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void addTo(float[] weights, int start, int end, double[] sums, int at) {
    for (int k = start; k < end; k++) {
      sums[at + k - start] += weights[k];
    }
  }
}

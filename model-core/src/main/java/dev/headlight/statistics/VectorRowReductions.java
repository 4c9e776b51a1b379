package dev.headlight.statistics;

import dev.headlight.kernel.FloatLanes;
import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shape;
import dev.headlight.statistics.RowSums.Threshold;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reductions with the JDK's Vector API, in float32 lanes.
 *
 * <p>Floats that are not negative are in the same order as their bits, so comparisons are integer
 * subtractions whose sign is spread over the lane: masks of the Vector API are slow on JDK 17.
 */
final class VectorRowReductions implements RowReductions {
  private static final VectorSpecies<Float> FLOATS = FloatLanes.FLOATS;
  private static final VectorSpecies<Integer> INTS = FloatLanes.INTS;
  private static final int LANES = FloatLanes.COUNT;
  private final ScalarRowReductions scalar = new ScalarRowReductions();

  private static final int SIGN = Integer.SIZE - 1;

  /** A variance loses this factor of its accuracy at most by subtraction. */
  private static final float MOST_CANCELLED = 4f;

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
    result.threshold.sum = FloatLanes.sum(even.add(odd));
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
    result.sum = FloatLanes.sum(sum0.add(sum1).add(sum2.add(sum3)));
  }

  private static IntVector bits(float[] weights, int at) {
    return FloatVector.fromArray(FLOATS, weights, at).reinterpretAsInts();
  }

  /** All bits set in lanes that are negative, none in others. */
  private static IntVector negative(IntVector vector) {
    return vector.lanewise(VectorOperators.ASHR, SIGN);
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
    // not the last row's, which would have to be finished before this one could begin
    float origin = (float) result.earlierMean;
    result.earlierMean = result.mean;
    result.clearMoments();
    int k = Math.max(first, Math.min(middle, end));
    addSide(weights, first, k, centre - first - origin, -1, result.before, result);
    if (k == middle && k < end) {
      addMiddle(weights, k, centre - k, origin, result);
      k += LANES;
    }
    addSide(weights, k, end, k - centre - origin, 1, result.after, result);
    // the weights sum to 1
    float shift = FloatLanes.sum(result.moment, 0);
    float square = FloatLanes.sum(result.square, 0);
    float variance = square - shift * shift;
    result.mean = shift + origin;
    result.squaredDeviation =
        shift * shift <= MOST_CANCELLED * variance
            ? variance
            : squaredDeviation(weights, first, end, centre, shift + origin);
  }

  /**
   * Adds the weights on one side of the centre, and their moments.
   *
   * @param offset deviation of the first weight's distance from the origin
   * @param direction 1 where distances grow with the index, or -1
   * @param mass sums of the weights of this side
   */
  private static void addSide(
      float[] weights,
      int from,
      int to,
      float offset,
      float direction,
      float[] mass,
      Distances result) {
    FloatVector sum = FloatVector.fromArray(FLOATS, mass, 0);
    FloatVector moment = FloatVector.fromArray(FLOATS, result.moment, 0);
    FloatVector square = FloatVector.fromArray(FLOATS, result.square, 0);
    FloatVector deviation = RAMP.mul(direction).add(offset);
    for (int k = from; k < to; k += LANES) {
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, k);
      sum = sum.add(weight);
      FloatVector weighted = weight.mul(deviation);
      moment = moment.add(weighted);
      square = weighted.fma(deviation, square);
      deviation = deviation.add(direction * LANES);
    }
    sum.intoArray(mass, 0);
    moment.intoArray(result.moment, 0);
    square.intoArray(result.square, 0);
  }

  /** Adds the vector that the centre is in. */
  private static void addMiddle(float[] weights, int at, int lane, float origin, Distances result) {
    FloatVector weight = FloatVector.fromArray(FLOATS, weights, at);
    FloatVector.fromArray(FLOATS, STEPS, 2 * ALIGNMENT - lane)
        .fma(weight, FloatVector.fromArray(FLOATS, result.before, 0))
        .intoArray(result.before, 0);
    FloatVector.fromArray(FLOATS, STEPS, ALIGNMENT - 1 - lane)
        .fma(weight, FloatVector.fromArray(FLOATS, result.after, 0))
        .intoArray(result.after, 0);
    FloatVector deviation = RAMP.sub(lane).abs().sub(origin);
    FloatVector weighted = weight.mul(deviation);
    weighted.add(FloatVector.fromArray(FLOATS, result.moment, 0)).intoArray(result.moment, 0);
    weighted
        .fma(deviation, FloatVector.fromArray(FLOATS, result.square, 0))
        .intoArray(result.square, 0);
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

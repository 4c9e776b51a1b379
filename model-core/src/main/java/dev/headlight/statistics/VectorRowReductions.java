package dev.headlight.statistics;

import dev.headlight.kernel.FloatLanes;
import dev.headlight.statistics.RowSums.Distances;
import dev.headlight.statistics.RowSums.Shapes;
import dev.headlight.statistics.RowSums.Thresholds;
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
  private static final int SIGN = Integer.SIZE - 1;

  /** Weights that are added up by themselves, as a sum of fewer is more exact. */
  private static final int CHUNK = 512;

  private final ScalarRowReductions scalar = new ScalarRowReductions();

  /** First index of the vector that holds an index; rows are aligned. */
  static int aligned(int index) {
    return index & -LANES;
  }

  @Override
  public void shapes(RowBlock rows, int above, int[] atLeast, Shapes result) {
    result.reserve(rows.rows());
    for (int from = 0; from < rows.stride(); from += CHUNK) {
      fillShapes(rows, from, above, atLeast, result);
    }
    for (int row = 0; row < rows.rows(); row++) {
      int covered = (rows.end(row) - aligned(rows.start(row)) + LANES - 1) & -LANES;
      result.above[row] = covered + sum(result.aboveLanes, row * ALIGNMENT);
      addUp(row, result.thresholds);
    }
  }

  /** Of a chunk of each row; that of a shorter row than the longest may be empty. */
  private static void fillShapes(RowBlock rows, int from, int above, int[] atLeast, Shapes result) {
    for (int row = 0; row < rows.rows(); row++) {
      int start = aligned(rows.start(row)) + from;
      int end = Math.min(start + CHUNK, rows.end(row));
      int lanes = row * ALIGNMENT;
      if (from == 0) {
        clear(result.aboveLanes, lanes);
        clear(result.thresholds, lanes);
      }
      fillShape(rows.weights(), start, end, above, atLeast[row], lanes, result);
    }
  }

  private static void clear(Thresholds result, int lanes) {
    clear(result.countLanes, lanes);
    FloatVector.zero(FLOATS).intoArray(result.sumLanes, lanes);
  }

  private static void clear(int[] lanes, int at) {
    IntVector.zero(INTS).intoArray(lanes, at);
  }

  /** Of those above, with what is not above, negative. */
  private static void fillShape(
      float[] weights, int start, int end, int above, int atLeast, int lanes, Shapes result) {
    IntVector below = IntVector.broadcast(INTS, atLeast - 1);
    IntVector limit = IntVector.broadcast(INTS, above + 1);
    IntVector notAbove = IntVector.zero(INTS);
    IntVector reaching = IntVector.zero(INTS);
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = FloatVector.zero(FLOATS);
    int k = start;
    for (; k + LANES < end; k += 2 * LANES) {
      IntVector bits0 = bits(weights, k);
      IntVector bits1 = bits(weights, k + LANES);
      IntVector reaches0 = negative(below.sub(bits0));
      IntVector reaches1 = negative(below.sub(bits1));
      notAbove = notAbove.add(negative(bits0.sub(limit))).add(negative(bits1.sub(limit)));
      reaching = reaching.add(reaches0).add(reaches1);
      even = even.add(bits0.and(reaches0).reinterpretAsFloats());
      odd = odd.add(bits1.and(reaches1).reinterpretAsFloats());
    }
    if (k < end) {
      IntVector bits = bits(weights, k);
      IntVector reaches = negative(below.sub(bits));
      notAbove = notAbove.add(negative(bits.sub(limit)));
      reaching = reaching.add(reaches);
      even = even.add(bits.and(reaches).reinterpretAsFloats());
    }
    add(notAbove, result.aboveLanes, lanes);
    add(reaching, result.thresholds.countLanes, lanes);
    add(even.add(odd), result.thresholds.sumLanes, lanes);
  }

  @Override
  public void thresholds(RowBlock rows, int[] which, int count, int[] atLeast, Thresholds result) {
    result.reserve(rows.rows());
    for (int from = 0; from < rows.stride(); from += CHUNK) {
      fill(rows, from, which, count, atLeast, result);
    }
    for (int i = 0; i < count; i++) {
      addUp(which[i], result);
    }
  }

  private static void fill(
      RowBlock rows, int from, int[] which, int count, int[] atLeast, Thresholds result) {
    for (int i = 0; i < count; i++) {
      int row = which[i];
      int start = aligned(rows.start(row)) + from;
      int end = Math.min(start + CHUNK, rows.end(row));
      int lanes = row * ALIGNMENT;
      if (from == 0) {
        clear(result, lanes);
      }
      fill(rows.weights(), start, end, atLeast[row], lanes, result);
    }
  }

  private static void fill(
      float[] weights, int start, int end, int atLeast, int lanes, Thresholds result) {
    IntVector below = IntVector.broadcast(INTS, atLeast - 1);
    IntVector count = IntVector.zero(INTS);
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = FloatVector.zero(FLOATS);
    int k = start;
    for (; k + LANES < end; k += 2 * LANES) {
      IntVector bits0 = bits(weights, k);
      IntVector bits1 = bits(weights, k + LANES);
      IntVector reaches0 = negative(below.sub(bits0));
      IntVector reaches1 = negative(below.sub(bits1));
      count = count.add(reaches0).add(reaches1);
      even = even.add(bits0.and(reaches0).reinterpretAsFloats());
      odd = odd.add(bits1.and(reaches1).reinterpretAsFloats());
    }
    if (k < end) {
      IntVector bits = bits(weights, k);
      IntVector reaches = negative(below.sub(bits));
      count = count.add(reaches);
      even = even.add(bits.and(reaches).reinterpretAsFloats());
    }
    add(count, result.countLanes, lanes);
    add(even.add(odd), result.sumLanes, lanes);
  }

  private static void addUp(int row, Thresholds result) {
    result.count[row] = -sum(result.countLanes, row * ALIGNMENT);
    result.sum[row] = FloatLanes.sum(result.sumLanes, row * ALIGNMENT);
  }

  private static void add(IntVector vector, int[] lanes, int at) {
    vector.add(IntVector.fromArray(INTS, lanes, at)).intoArray(lanes, at);
  }

  private static void add(FloatVector vector, float[] lanes, int at) {
    vector.add(FloatVector.fromArray(FLOATS, lanes, at)).intoArray(lanes, at);
  }

  private static int sum(int[] lanes, int at) {
    return IntVector.fromArray(INTS, lanes, at).reduceLanes(VectorOperators.ADD);
  }

  private static IntVector bits(float[] weights, int at) {
    return FloatVector.fromArray(FLOATS, weights, at).reinterpretAsInts();
  }

  /** All bits set in lanes that are negative, none in others. */
  private static IntVector negative(IntVector vector) {
    return vector.lanewise(VectorOperators.ASHR, SIGN);
  }

  /** Two vectors share the weights of a chunk; they are added up, then chunks, then lanes. */
  @Override
  public double sumError(int count) {
    int additions = Math.min(count, CHUNK) / (2 * LANES) + count / CHUNK + 8;
    return additions * 0.5 * Math.ulp(1f);
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
  public void distances(RowBlock rows, int first, int count, Distances result) {
    VectorDistances.of(rows, first, count, result);
  }

  @Override
  public void addTo(float[] weights, int start, int end, double[] sums, int at) {
    scalar.addTo(weights, start, end, sums, at);
  }
}

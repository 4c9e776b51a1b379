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
    int count = rows.rows();
    int chunks = chunks(rows);
    boolean noneAbove = largest(rows) <= above;
    result.reserve(count, chunks);
    for (int chunk = 0; chunk < chunks; chunk++) {
      if (noneAbove) {
        fill(rows, chunk, result.allRows, count, atLeast, result.thresholds);
      } else {
        fillShapes(rows, chunk, above, atLeast, result);
      }
    }
    for (int row = 0; row < count; row++) {
      addUp(row, count, chunks, result.thresholds);
    }
    for (int row = 0; row < count; row++) {
      result.above[row] = noneAbove ? 0 : above(rows, row, chunks, result.aboveLanes);
    }
  }

  /**
   * Bits of the largest weight. Of the block, not of a row: nothing foresees which rows hold one
   * that is above.
   */
  private static int largest(RowBlock rows) {
    int largest = 0;
    for (int row = 0; row < rows.rows(); row++) {
      largest = Math.max(largest, Float.floatToRawIntBits(rows.largestWeight(row)));
    }
    return largest;
  }

  private static int above(RowBlock rows, int row, int chunks, int[] lanes) {
    int above = (rows.end(row) - aligned(rows.start(row)) + LANES - 1) & -LANES;
    for (int chunk = 0; chunk < chunks; chunk++) {
      above += sum(lanes, (chunk * rows.rows() + row) * ALIGNMENT);
    }
    return above;
  }

  private static void fillShapes(
      RowBlock rows, int chunk, int above, int[] atLeast, Shapes result) {
    for (int row = 0; row < rows.rows(); row++) {
      int start = aligned(rows.start(row)) + chunk * CHUNK;
      int end = Math.min(start + CHUNK, rows.end(row));
      int lanes = (chunk * rows.rows() + row) * ALIGNMENT;
      fillShape(rows.weights(), start, end, above, atLeast[row], lanes, result);
    }
  }

  /** Chunks of the longest row; those of shorter ones may be empty. */
  private static int chunks(RowBlock rows) {
    return (rows.stride() + CHUNK - 1) / CHUNK;
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
    notAbove.intoArray(result.aboveLanes, lanes);
    reaching.intoArray(result.thresholds.countLanes, lanes);
    even.add(odd).intoArray(result.thresholds.sumLanes, lanes);
  }

  @Override
  public void thresholds(RowBlock rows, int[] which, int count, int[] atLeast, Thresholds result) {
    int chunks = chunks(rows);
    result.reserve(rows.rows(), chunks);
    for (int chunk = 0; chunk < chunks; chunk++) {
      fill(rows, chunk, which, count, atLeast, result);
    }
    for (int i = 0; i < count; i++) {
      addUp(which[i], rows.rows(), chunks, result);
    }
  }

  private static void fill(
      RowBlock rows, int chunk, int[] which, int count, int[] atLeast, Thresholds result) {
    for (int i = 0; i < count; i++) {
      int row = which[i];
      int start = aligned(rows.start(row)) + chunk * CHUNK;
      int end = Math.min(start + CHUNK, rows.end(row));
      int lanes = (chunk * rows.rows() + row) * ALIGNMENT;
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
    count.intoArray(result.countLanes, lanes);
    even.add(odd).intoArray(result.sumLanes, lanes);
  }

  private static void addUp(int row, int rows, int chunks, Thresholds result) {
    if (chunks > 1) {
      addChunks(row, rows, chunks, result);
    }
    result.count[row] = -sum(result.countLanes, row * ALIGNMENT);
    result.sum[row] = FloatLanes.sum(result.sumLanes, row * ALIGNMENT);
  }

  /** To the first one. */
  private static void addChunks(int row, int rows, int chunks, Thresholds result) {
    IntVector count = IntVector.fromArray(INTS, result.countLanes, row * ALIGNMENT);
    FloatVector sum = FloatVector.fromArray(FLOATS, result.sumLanes, row * ALIGNMENT);
    for (int chunk = 1; chunk < chunks; chunk++) {
      int lanes = (chunk * rows + row) * ALIGNMENT;
      count = count.add(IntVector.fromArray(INTS, result.countLanes, lanes));
      sum = sum.add(FloatVector.fromArray(FLOATS, result.sumLanes, lanes));
    }
    count.intoArray(result.countLanes, row * ALIGNMENT);
    sum.intoArray(result.sumLanes, row * ALIGNMENT);
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

  @Override
  public void exponentials(float[] values, int count) {
    FloatLanes.exp(values, count);
  }
}

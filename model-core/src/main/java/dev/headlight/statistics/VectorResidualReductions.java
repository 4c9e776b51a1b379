package dev.headlight.statistics;

import dev.headlight.kernel.FloatLanes;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reductions with the JDK's Vector API. */
final class VectorResidualReductions implements ResidualReductions {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = DOUBLES.length();

  private static final VectorSpecies<Float> FLOATS = FloatLanes.FLOATS;
  private static final VectorSpecies<Integer> INTS = FloatLanes.INTS;
  private static final int SIGN = Integer.SIZE - 1;

  private final ScalarResidualReductions scalar = new ScalarResidualReductions();

  private static DoubleVector load(double[] values, int at) {
    return DoubleVector.fromArray(DOUBLES, values, at);
  }

  @Override
  public double sumOfSquares(double[] values, int at, int width) {
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    int k = 0;
    for (; k + 2 * LANES <= width; k += 2 * LANES) {
      DoubleVector first = load(values, at + k);
      DoubleVector second = load(values, at + k + LANES);
      even = first.fma(first, even);
      odd = second.fma(second, odd);
    }
    double sum = even.add(odd).reduceLanes(VectorOperators.ADD);
    return sum + scalar.sumOfSquares(values, at + k, width - k);
  }

  @Override
  public void add(double[] rows, int width, double[] scales, double[] sums, double[] scaledSums) {
    DoubleVector scale0 = DoubleVector.broadcast(DOUBLES, scales[0]);
    DoubleVector scale1 = DoubleVector.broadcast(DOUBLES, scales[1]);
    DoubleVector scale2 = DoubleVector.broadcast(DOUBLES, scales[2]);
    DoubleVector scale3 = DoubleVector.broadcast(DOUBLES, scales[3]);
    int k = 0;
    for (; k + LANES <= width; k += LANES) {
      DoubleVector row0 = load(rows, k);
      DoubleVector row1 = load(rows, width + k);
      DoubleVector row2 = load(rows, 2 * width + k);
      DoubleVector row3 = load(rows, 3 * width + k);
      load(sums, k).add(row0).add(row1).add(row2).add(row3).intoArray(sums, k);
      DoubleVector scaled = row0.fma(scale0, load(scaledSums, k));
      scaled = row1.fma(scale1, scaled);
      scaled = row2.fma(scale2, scaled);
      row3.fma(scale3, scaled).intoArray(scaledSums, k);
    }
    ScalarResidualReductions.add(rows, width, k, scales, sums, scaledSums);
  }

  private static IntVector absoluteBits(float[] values, int at) {
    return FloatVector.fromArray(FLOATS, values, at).reinterpretAsInts().and(Integer.MAX_VALUE);
  }

  @Override
  public float largestAbsolute(float[] values, int at, int count) {
    IntVector largest = IntVector.zero(INTS);
    int lanes = INTS.length();
    int end = at + count;
    int k = at;
    for (; k + lanes <= end; k += lanes) {
      largest = largest.max(absoluteBits(values, k));
    }
    int rest = ScalarResidualReductions.largestBits(values, k, end);
    return Float.intBitsToFloat(Math.max(rest, largest.reduceLanes(VectorOperators.MAX)));
  }

  @Override
  public int countBelow(float[] values, int count, int bits) {
    IntVector even = IntVector.zero(INTS);
    IntVector odd = IntVector.zero(INTS);
    int lanes = INTS.length();
    int k = 0;
    for (; k + 2 * lanes <= count; k += 2 * lanes) {
      IntVector first = absoluteBits(values, k).sub(bits);
      IntVector second = absoluteBits(values, k + lanes).sub(bits);
      even = even.add(first.lanewise(VectorOperators.ASHR, SIGN));
      odd = odd.add(second.lanewise(VectorOperators.ASHR, SIGN));
    }
    int below = -even.add(odd).reduceLanes(VectorOperators.ADD);
    return below + ScalarResidualReductions.countBelow(values, k, count, bits);
  }

  @Override
  public int collect(float[] values, int count, int low, int high, float[] found) {
    int lanes = INTS.length();
    int size = 0;
    int k = 0;
    for (; k + 2 * lanes <= count; k += 2 * lanes) {
      IntVector inside = inside(values, k, low, high).or(inside(values, k + lanes, low, high));
      if (inside.lt(0).anyTrue()) {
        size = ScalarResidualReductions.collect(values, k, k + 2 * lanes, low, high, found, size);
      }
    }
    return ScalarResidualReductions.collect(values, k, count, low, high, found, size);
  }

  /** Negative where {@code low <= bits < high}. */
  private static IntVector inside(float[] values, int at, int low, int high) {
    IntVector bits = absoluteBits(values, at);
    return bits.sub(high).lanewise(VectorOperators.AND_NOT, bits.sub(low));
  }
}

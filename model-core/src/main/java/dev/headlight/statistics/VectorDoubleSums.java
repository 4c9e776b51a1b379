package dev.headlight.statistics;

import dev.headlight.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over float32 values in double precision, on vectors of doubles.
 *
 * <p>The Vector API would widen floats from vectors of half as many; where the compiler of JDK 17
 * has seen vectors of floats of two lengths it allocates all of them. So floats are loaded in pairs
 * as longs and moved to where a double has its sign, exponent and fraction, which makes the number
 * times 2^-896. That holds for finite values.
 */
final class VectorDoubleSums {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final int LANES = DOUBLES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Floats of a vector of longs. */
  private static final int FLOATS = 2 * LANES;

  /** Bits that a float has in front of its fraction, less than a double. */
  private static final int MORE_EXPONENT = 3;

  /** Where the sign, the exponent and the fraction of a float are after that shift. */
  private static final long NUMBER = 0x8FFF_FFFF_E000_0000L;

  /** 2^896: difference of the exponents' biases. */
  private static final double BIAS = 0x1p896;

  private VectorDoubleSums() {}

  /** The floats in the high halves of longs, times 2^-896. */
  private static DoubleVector high(LongVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, MORE_EXPONENT).and(NUMBER).reinterpretAsDoubles();
  }

  private static DoubleVector low(LongVector pairs) {
    return high(pairs.lanewise(VectorOperators.LSHL, Float.SIZE));
  }

  private static LongVector load(ByteBuffer bytes, int index) {
    return LongVector.fromByteBuffer(LONGS, bytes, index * Float.BYTES, ORDER);
  }

  private static DoubleVector load(double[] values, int at) {
    return DoubleVector.fromArray(DOUBLES, values, at);
  }

  /** Rows that are added up before a sum is stored. */
  private static final int GROUP = 2;

  private interface Pass {
    void run(ByteBuffer bytes, int[] starts, int whole, double[] factors, double[][] sums);
  }

  private static final Pass SQUARES = VectorDoubleSums::squares;
  private static final Pass ADD_LOW = VectorDoubleSums::addLow;
  private static final Pass ADD_HIGH = VectorDoubleSums::addHigh;

  /** One place for three targets, so that they are compiled apart. */
  private static void run(
      Pass pass, Matrix hidden, int[] starts, int whole, double[] factors, double[][] sums) {
    pass.run(hidden.bytes(), starts, whole, factors, sums);
  }

  private static int whole(Matrix hidden) {
    return hidden.columns() / FLOATS * FLOATS;
  }

  static void squares(Matrix hidden, double[] result) {
    int[] starts = new int[hidden.rows()];
    for (int row = 0; row < starts.length; row++) {
      starts[row] = hidden.index(row);
    }
    int whole = whole(hidden);
    run(SQUARES, hidden, starts, whole, result, null);
    for (int row = 0; row < starts.length; row++) {
      result[row] += ScalarResidualReductions.sumOfSquares(hidden, row, whole);
    }
  }

  /** Columns of a vector of pairs stand apart, the low ones first. */
  static void add(Matrix hidden, double[] scales, double[] sums, double[] scaled) {
    int whole = whole(hidden);
    double[][] both = {sums, scaled};
    int[] starts = new int[GROUP];
    double[] factors = new double[2 * GROUP];
    for (int first = 0; first < hidden.rows(); first += GROUP) {
      for (int i = 0; i < GROUP; i++) {
        int row = Math.min(first + i, hidden.rows() - 1);
        boolean counts = first + i < hidden.rows();
        starts[i] = hidden.index(row);
        factors[i] = counts ? BIAS : 0;
        factors[GROUP + i] = counts ? scales[row] * BIAS : 0;
      }
      run(ADD_LOW, hidden, starts, whole, factors, both);
      run(ADD_HIGH, hidden, starts, whole, factors, both);
    }
    for (int row = 0; row < hidden.rows(); row++) {
      ScalarResidualReductions.add(hidden, row, whole, scales[row], sums, scaled);
    }
  }

  private static void squares(
      ByteBuffer bytes, int[] starts, int whole, double[] result, double[][] sums) {
    for (int row = 0; row < starts.length; row++) {
      DoubleVector even = DoubleVector.zero(DOUBLES);
      DoubleVector odd = DoubleVector.zero(DOUBLES);
      int end = starts[row] + whole;
      for (int k = starts[row]; k < end; k += FLOATS) {
        LongVector pairs = load(bytes, k);
        DoubleVector low = low(pairs).mul(BIAS);
        DoubleVector high = high(pairs).mul(BIAS);
        even = low.fma(low, even);
        odd = high.fma(high, odd);
      }
      result[row] = even.add(odd).reduceLanes(VectorOperators.ADD);
    }
  }

  private static void addLow(
      ByteBuffer bytes, int[] starts, int whole, double[] factors, double[][] sums) {
    int first = starts[0];
    int second = starts[1];
    DoubleVector firstCounts = DoubleVector.broadcast(DOUBLES, factors[0]);
    DoubleVector secondCounts = DoubleVector.broadcast(DOUBLES, factors[1]);
    DoubleVector firstFactor = DoubleVector.broadcast(DOUBLES, factors[GROUP]);
    DoubleVector secondFactor = DoubleVector.broadcast(DOUBLES, factors[GROUP + 1]);
    double[] plain = sums[0];
    double[] scaled = sums[1];
    for (int k = 0; k < whole; k += FLOATS) {
      DoubleVector row = low(load(bytes, first + k));
      DoubleVector next = low(load(bytes, second + k));
      next.fma(secondCounts, row.fma(firstCounts, load(plain, k))).intoArray(plain, k);
      next.fma(secondFactor, row.fma(firstFactor, load(scaled, k))).intoArray(scaled, k);
    }
  }

  private static void addHigh(
      ByteBuffer bytes, int[] starts, int whole, double[] factors, double[][] sums) {
    int first = starts[0];
    int second = starts[1];
    DoubleVector firstCounts = DoubleVector.broadcast(DOUBLES, factors[0]);
    DoubleVector secondCounts = DoubleVector.broadcast(DOUBLES, factors[1]);
    DoubleVector firstFactor = DoubleVector.broadcast(DOUBLES, factors[GROUP]);
    DoubleVector secondFactor = DoubleVector.broadcast(DOUBLES, factors[GROUP + 1]);
    double[] plain = sums[0];
    double[] scaled = sums[1];
    for (int k = 0; k < whole; k += FLOATS) {
      DoubleVector row = high(load(bytes, first + k));
      DoubleVector next = high(load(bytes, second + k));
      next.fma(secondCounts, row.fma(firstCounts, load(plain, k + LANES)))
          .intoArray(plain, k + LANES);
      next.fma(secondFactor, row.fma(firstFactor, load(scaled, k + LANES)))
          .intoArray(scaled, k + LANES);
    }
  }
}

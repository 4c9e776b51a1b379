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
 * times a power of two. That holds for finite values.
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

  /** Where the exponent and the fraction of a float are after that shift. */
  private static final long MAGNITUDE = 0x0FFF_FFFF_E000_0000L;

  /** 2^896: difference of the exponents' biases. */
  private static final double BIAS = 0x1p896;

  private VectorDoubleSums() {}

  /** The floats in the high halves of longs. */
  private static DoubleVector widenHigh(LongVector pairs) {
    return pairs
        .lanewise(VectorOperators.LSHR, MORE_EXPONENT)
        .and(MAGNITUDE)
        .or(pairs.and(Long.MIN_VALUE))
        .reinterpretAsDoubles()
        .mul(BIAS);
  }

  private static DoubleVector widenLow(LongVector pairs) {
    return widenHigh(pairs.lanewise(VectorOperators.LSHL, Float.SIZE));
  }

  private static LongVector load(ByteBuffer bytes, int index) {
    return LongVector.fromByteBuffer(LONGS, bytes, index * Float.BYTES, ORDER);
  }

  private static DoubleVector load(double[] values, int at) {
    return DoubleVector.fromArray(DOUBLES, values, at);
  }

  private interface Pass {
    double run(
        ByteBuffer bytes, int start, int whole, double scale, double[] sums, double[] scaled);
  }

  private static final Pass SQUARES = VectorDoubleSums::squares;
  private static final Pass ADD_LOW = VectorDoubleSums::addLow;
  private static final Pass ADD_HIGH = VectorDoubleSums::addHigh;

  /** One place for three targets, so that they are compiled apart. */
  private static double run(
      Pass pass, Matrix hidden, int row, int whole, double scale, double[] sums, double[] scaled) {
    return pass.run(hidden.bytes(), hidden.index(row), whole, scale, sums, scaled);
  }

  private static int whole(Matrix hidden) {
    return hidden.columns() / FLOATS * FLOATS;
  }

  static double sumOfSquares(Matrix hidden, int row) {
    int whole = whole(hidden);
    double sum = run(SQUARES, hidden, row, whole, 0, null, null);
    return sum + ScalarResidualReductions.sumOfSquares(hidden, row, whole);
  }

  /** Columns of a vector of pairs stand apart, the low ones first. */
  static void add(Matrix hidden, double[] scales, double[] sums, double[] scaled) {
    int whole = whole(hidden);
    for (int row = 0; row < hidden.rows(); row++) {
      run(ADD_LOW, hidden, row, whole, scales[row], sums, scaled);
      run(ADD_HIGH, hidden, row, whole, scales[row], sums, scaled);
      ScalarResidualReductions.add(hidden, row, whole, scales[row], sums, scaled);
    }
  }

  private static double squares(
      ByteBuffer bytes, int start, int whole, double scale, double[] sums, double[] scaled) {
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = DoubleVector.zero(DOUBLES);
    for (int k = 0; k < whole; k += FLOATS) {
      LongVector pairs = load(bytes, start + k);
      DoubleVector low = widenLow(pairs);
      DoubleVector high = widenHigh(pairs);
      even = low.fma(low, even);
      odd = high.fma(high, odd);
    }
    return even.add(odd).reduceLanes(VectorOperators.ADD);
  }

  private static double addLow(
      ByteBuffer bytes, int start, int whole, double scale, double[] sums, double[] scaled) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    for (int k = 0; k < whole; k += FLOATS) {
      DoubleVector values = widenLow(load(bytes, start + k));
      values.add(load(sums, k)).intoArray(sums, k);
      values.fma(factor, load(scaled, k)).intoArray(scaled, k);
    }
    return 0;
  }

  private static double addHigh(
      ByteBuffer bytes, int start, int whole, double scale, double[] sums, double[] scaled) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    for (int k = 0; k < whole; k += FLOATS) {
      DoubleVector values = widenHigh(load(bytes, start + k));
      values.add(load(sums, k + LANES)).intoArray(sums, k + LANES);
      values.fma(factor, load(scaled, k + LANES)).intoArray(scaled, k + LANES);
    }
    return 0;
  }
}

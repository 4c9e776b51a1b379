package dev.headlight.pipeline.summary;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Count, sum and sum of squares of floats, without rounding: mean and standard deviation are the
 * same bits in whatever order values came and sums were merged. A float is an integer of 24 bits
 * times a power of two, so for each power the integers and their squares are added up as integers;
 * squares, of 48 bits, in two halves.
 */
final class ExactSums {
  /** Of values, so that no sum of integers of 24 bits leaves 63. */
  private static final long MOST = 1L << 38;

  private static final int MANTISSA_BITS = 23;
  private static final int HALF = 24;

  /** A float with this exponent is infinite. */
  private static final int INFINITE = 255;

  /** The unit of floats is 2^-149; exponents count from 1. */
  private static final int UNIT_BITS = 149;

  private long count;
  private long positiveInfinities;
  private long negativeInfinities;
  private int first;

  /** Three for each exponent from the first on: integers, high and low halves of squares. */
  private long[] sums = new long[0];

  /** Adds a value that is not NaN. */
  void add(float value) {
    int bits = Float.floatToRawIntBits(value);
    int exponent = (bits >>> MANTISSA_BITS) & 0xff;
    count = checked(count + 1);
    if (exponent == INFINITE) {
      positiveInfinities += bits > 0 ? 1 : 0;
      negativeInfinities += bits < 0 ? 1 : 0;
      return;
    }
    long integer = bits & 0x7fffff;
    if (exponent == 0) {
      exponent = 1;
    } else {
      integer |= 1 << MANTISSA_BITS;
    }
    long square = integer * integer;
    add(exponent, bits < 0 ? -integer : integer, square >>> HALF, square & 0xffffff);
  }

  private void add(int exponent, long integer, long high, long low) {
    reserve(exponent, exponent + 1);
    int at = 3 * (exponent - first);
    sums[at] += integer;
    sums[at + 1] += high;
    sums[at + 2] += low;
  }

  private void reserve(int from, int to) {
    int end = first + sums.length / 3;
    if (sums.length == 0) {
      first = from;
      sums = new long[3 * (to - from)];
    } else if (from < first || to > end) {
      int start = Math.min(from, first);
      long[] wider = new long[3 * (Math.max(to, end) - start)];
      System.arraycopy(sums, 0, wider, 3 * (first - start), sums.length);
      first = start;
      sums = wider;
    }
  }

  void merge(ExactSums other) {
    count = checked(count + other.count);
    positiveInfinities += other.positiveInfinities;
    negativeInfinities += other.negativeInfinities;
    for (int i = 0; i < other.sums.length; i += 3) {
      add(other.first + i / 3, other.sums[i], other.sums[i + 1], other.sums[i + 2]);
    }
  }

  private static long checked(long count) {
    if (count > MOST) {
      throw new ArithmeticException(
          "expected at most %,d values of a statistic, found %,d".formatted(MOST, count));
    }
    return count;
  }

  long count() {
    return count;
  }

  /** Of all values, rounded once; NaN for none, and for infinities of both signs. */
  double mean() {
    if (count == 0 || (positiveInfinities > 0 && negativeInfinities > 0)) {
      return Double.NaN;
    }
    if (positiveInfinities + negativeInfinities > 0) {
      return positiveInfinities > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }
    return quotient(sum(), BigInteger.valueOf(count).shiftLeft(UNIT_BITS)).doubleValue();
  }

  /** Of the sample, with count - 1; null for fewer than two values, NaN for infinite ones. */
  Double standardDeviation() {
    if (count < 2) {
      return null;
    }
    if (positiveInfinities + negativeInfinities > 0) {
      return Double.NaN;
    }
    BigInteger n = BigInteger.valueOf(count);
    BigInteger sum = sum();
    BigInteger spread = n.multiply(squares()).subtract(sum.multiply(sum));
    BigInteger scale = n.multiply(BigInteger.valueOf(count - 1)).shiftLeft(2 * UNIT_BITS);
    return quotient(spread, scale).sqrt(MathContext.DECIMAL64).doubleValue();
  }

  private BigInteger sum() {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < sums.length; i += 3) {
      sum = sum.add(BigInteger.valueOf(sums[i]).shiftLeft(first - 1 + i / 3));
    }
    return sum;
  }

  private BigInteger squares() {
    BigInteger sum = BigInteger.ZERO;
    for (int i = 0; i < sums.length; i += 3) {
      BigInteger square =
          BigInteger.valueOf(sums[i + 1]).shiftLeft(HALF).add(BigInteger.valueOf(sums[i + 2]));
      sum = sum.add(square.shiftLeft(2 * (first - 1 + i / 3)));
    }
    return sum;
  }

  private static BigDecimal quotient(BigInteger numerator, BigInteger denominator) {
    return new BigDecimal(numerator).divide(new BigDecimal(denominator), MathContext.DECIMAL128);
  }

  /** What {@link #of} reads: count, infinities of either sign, first exponent, sums. */
  byte[] toBytes() {
    ByteBuffer buffer = ByteBuffer.allocate(4 * Long.BYTES + sums.length * Long.BYTES);
    buffer.putLong(count).putLong(positiveInfinities).putLong(negativeInfinities).putLong(first);
    Arrays.stream(sums).forEach(buffer::putLong);
    return buffer.array();
  }

  /**
   * Sums that {@link #toBytes} has written.
   *
   * @throws IllegalArgumentException if the bytes are others
   */
  static ExactSums of(byte[] bytes) {
    int longs = bytes.length / Long.BYTES;
    if (bytes.length % Long.BYTES != 0 || longs < 4 || (longs - 4) % 3 != 0) {
      throw new IllegalArgumentException(
          "sums of a summary: expected 32 bytes and 24 for each exponent, found %d bytes"
              .formatted(bytes.length));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    ExactSums sums = new ExactSums();
    sums.count = checked(buffer.getLong());
    sums.positiveInfinities = buffer.getLong();
    sums.negativeInfinities = buffer.getLong();
    sums.first = Math.toIntExact(buffer.getLong());
    sums.sums = new long[longs - 4];
    Arrays.setAll(sums.sums, i -> buffer.getLong());
    if (sums.first < 0 || sums.first + sums.sums.length / 3 > INFINITE) {
      throw new IllegalArgumentException(
          "sums of a summary: expected exponents of 1 to 254, found some from %d on"
              .formatted(sums.first));
    }
    return sums;
  }
}

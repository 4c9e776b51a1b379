package dev.headlight.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScalarMath} on vectors: the same polynomials in the same order, so that both give the same
 * bits.
 */
final class VectorMath {
  static final VectorSpecies<Float> FLOATS = FloatLanes.FLOATS;
  static final VectorSpecies<Integer> INTS = FloatLanes.INTS;
  static final int LANES = FloatLanes.COUNT;
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private VectorMath() {}

  /** Half as wide as {@link #FLOATS}: as many lanes. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  /** As many bfloat16 zeros as there are lanes. */
  static final ShortVector ZERO_SHORTS = ShortVector.zero(SHORTS);

  /** Rounds to bfloat16 as {@link BFloat16#round(float)} does. */
  static ShortVector round(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector rounded = bits.add(odd).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
    return (ShortVector) rounded.convertShape(VectorOperators.I2S, SHORTS, 0);
  }

  /** The bits, as floats, of the bfloat16 numbers from an index on. */
  static IntVector widen(ByteBuffer bytes, int index) {
    ShortVector stored = ShortVector.fromByteBuffer(SHORTS, bytes, index * Short.BYTES, ORDER);
    IntVector wide = (IntVector) stored.convertShape(VectorOperators.S2I, INTS, 0);
    return wide.lanewise(VectorOperators.LSHL, Short.SIZE);
  }

  /** Bits of floats to integers in the same order, and back. */
  static IntVector inOrder(IntVector bits) {
    IntVector negative = bits.lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
    return bits.lanewise(VectorOperators.XOR, negative.and(Integer.MAX_VALUE));
  }

  /** As {@link #inOrder(IntVector)}. */
  static int inOrder(int bits) {
    return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
  }

  static FloatVector exp(FloatVector x) {
    VectorMask<Float> vanishing = x.compare(VectorOperators.LT, ScalarMath.EXP_SMALLEST);
    FloatVector clamped = x.min(ScalarMath.EXP_LARGEST).max(ScalarMath.EXP_SMALLEST);
    return expBits(clamped).reinterpretAsFloats().blend(0f, vanishing);
  }

  /**
   * {@link #exp} of numbers up to 0, without a mask, which is slow on JDK 17: of NaN it is 0 or
   * NaN.
   */
  static FloatVector expOfNegative(FloatVector x) {
    IntVector vanishing =
        x.sub(ScalarMath.EXP_SMALLEST)
            .reinterpretAsInts()
            .lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
    return expBits(x.max(ScalarMath.EXP_SMALLEST))
        .lanewise(VectorOperators.AND_NOT, vanishing)
        .reinterpretAsFloats();
  }

  private static IntVector expBits(FloatVector clamped) {
    FloatVector rounding = FloatVector.broadcast(FLOATS, ScalarMath.ROUNDING);
    FloatVector shifted = clamped.fma(FloatVector.broadcast(FLOATS, ScalarMath.LOG2_E), rounding);
    FloatVector n = shifted.sub(rounding);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LN2_HIGH), clamped);
    r = n.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LN2_LOW), r);
    FloatVector p = polynomial(ScalarMath.EXP_POLYNOMIAL, r);
    FloatVector value = p.fma(r.mul(r), r).add(1f);
    // the low bits of the shifted number are n itself: moved to the exponent they multiply by 2^n
    return value
        .reinterpretAsInts()
        .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23));
  }

  private static FloatVector polynomial(float[] coefficients, FloatVector x) {
    FloatVector p = FloatVector.broadcast(FLOATS, coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      p = p.fma(x, FloatVector.broadcast(FLOATS, coefficients[i]));
    }
    return p;
  }

  static FloatVector withSignOf(FloatVector magnitude, FloatVector sign) {
    IntVector signBit = sign.reinterpretAsInts().and(Integer.MIN_VALUE);
    return magnitude.reinterpretAsInts().and(Integer.MAX_VALUE).or(signBit).reinterpretAsFloats();
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector e = exp(x.abs().mul(-2f));
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    return withSignOf(one.sub(e).div(e.add(1f)), x);
  }

  static FloatVector sigmoid(FloatVector x) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    return one.div(exp(x.neg()).add(1f));
  }

  /** {@code erf(x) = sign(x) (1 - erfSeries(x) erfDecay(x))}, in parts for small methods. */
  static FloatVector erfSeries(FloatVector x) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector t = one.div(x.abs().fma(FloatVector.broadcast(FLOATS, ScalarMath.ERF_T), one));
    return polynomial(ScalarMath.ERF_POLYNOMIAL, t).mul(t);
  }

  /** As {@link #erfSeries}; of NaN it is 0 or NaN. */
  static FloatVector erfDecay(FloatVector x) {
    return expOfNegative(x.mul(x).neg());
  }
}

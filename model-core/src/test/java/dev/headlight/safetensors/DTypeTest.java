package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DTypeTest {
  /** A number format with a sign bit, as its paper defines it. */
  private record Format(int exponentBits, int mantissaBits, int bias, Special special) {
    enum Special {
      IEEE,
      NAN_IF_ALL_ONES,
      NAN_IF_NEGATIVE_ZERO
    }

    double value(int code) {
      int mantissa = code & ((1 << mantissaBits) - 1);
      int exponent = code >> mantissaBits & ((1 << exponentBits) - 1);
      boolean negative = (code >> (mantissaBits + exponentBits)) != 0;
      boolean greatestExponent = exponent == (1 << exponentBits) - 1;
      boolean allOnes = greatestExponent && mantissa == (1 << mantissaBits) - 1;
      if (special == Special.IEEE && greatestExponent && mantissa == 0) {
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
      boolean notANumber =
          switch (special) {
            case IEEE -> greatestExponent;
            case NAN_IF_ALL_ONES -> allOnes;
            case NAN_IF_NEGATIVE_ZERO -> negative && exponent == 0 && mantissa == 0;
          };
      if (notANumber) {
        return Double.NaN;
      }
      double fraction = mantissa / Math.pow(2, mantissaBits);
      double magnitude =
          exponent == 0
              ? fraction * Math.pow(2, 1 - bias)
              : (1 + fraction) * Math.pow(2, exponent - bias);
      return negative ? -magnitude : magnitude;
    }
  }

  private static final Map<DType, Format> FORMATS =
      Map.of(
          DType.F16, new Format(5, 10, 15, Format.Special.IEEE),
          DType.BF16, new Format(8, 7, 127, Format.Special.IEEE),
          DType.F8_E5M2, new Format(5, 2, 15, Format.Special.IEEE),
          DType.F8_E4M3, new Format(4, 3, 7, Format.Special.NAN_IF_ALL_ONES),
          DType.F8_E5M2FNUZ, new Format(5, 2, 16, Format.Special.NAN_IF_NEGATIVE_ZERO),
          DType.F8_E4M3FNUZ, new Format(4, 3, 8, Format.Special.NAN_IF_NEGATIVE_ZERO));

  static Stream<DType> narrowTypes() {
    return FORMATS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("narrowTypes")
  void everyCodeHasTheValueOfTheFormat(DType dtype) {
    int codes = 1 << dtype.bits();
    ByteBuffer stored =
        ByteBuffer.allocate(codes * dtype.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
    for (int code = 0; code < codes; code++) {
      if (dtype.byteSize() == 1) {
        stored.put((byte) code);
      } else {
        stored.putShort((short) code);
      }
    }

    float[] found = decode(dtype, stored.flip(), codes);

    for (int code = 0; code < codes; code++) {
      float expected = (float) FORMATS.get(dtype).value(code);
      // Compares the sign of zero too, and any NaN with any other.
      assertThat(Float.floatToIntBits(found[code]))
          .as("%s %04x", dtype, code)
          .isEqualTo(Float.floatToIntBits(expected));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F8_E4M3, 126, 448",
    "F8_E4M3, 1, 0.001953125",
    "F8_E5M2, 123, 57344",
    "F8_E4M3FNUZ, 127, 240",
    "F8_E5M2FNUZ, 255, -57344",
    "F8_E8M0, 127, 1",
    "F8_E8M0, 254, 1.7014118e38",
    "F8_E8M0, 0, 5.877472e-39",
    "F8_E8M0, 255, NaN"
  })
  void bytesHaveThePublishedValues(DType dtype, int code, float expected) {
    assertThat(decode(dtype, ByteBuffer.wrap(new byte[] {(byte) code}), 1))
        .containsExactly(expected);
  }

  @Test
  void nanOfFloat16KeepsItsPayload() {
    ByteBuffer stored = ByteBuffer.wrap(new byte[] {0x55, (byte) 0xfe});

    assertThat(Float.floatToRawIntBits(decode(DType.F16, stored, 1)[0])).isEqualTo(0xffcaa000);
  }

  @Test
  void float32IsCopiedBitByBit() {
    int[] bits = {0, 0x80000000, 1, 0x7f800000, 0xff800000, 0x7fc00001, 0x3f800000};
    ByteBuffer stored = ByteBuffer.allocate(4 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
    IntStream.of(bits).forEach(stored::putInt);

    float[] found = decode(DType.F32, stored.flip(), bits.length);

    assertThat(found).hasSize(bits.length);
    for (int i = 0; i < bits.length; i++) {
      assertThat(Float.floatToRawIntBits(found[i])).isEqualTo(bits[i]);
    }
  }

  @Test
  void float64IsRounded() {
    double[] values = {Math.PI, -0.0, 1e300, -1e300, 1e-46, Double.NaN, Float.MIN_VALUE};
    ByteBuffer stored = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    stored.asDoubleBuffer().put(values);

    assertThat(decode(DType.F64, stored, values.length))
        .containsExactly(
            3.1415927f,
            -0.0f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            0f,
            Float.NaN,
            Float.MIN_VALUE);
  }

  static Stream<Arguments> sizes() {
    return Stream.of(DType.values())
        .filter(DType::floating)
        .flatMap(
            dtype ->
                IntStream.of(0, 1, 13, 2047, 2048, 2049, 6151)
                    .mapToObj(count -> Arguments.of(dtype, count)));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void blocksAreDecodedAsSingleElements(DType dtype, int count) {
    byte[] bytes = new byte[3 + count * dtype.byteSize() + 5];
    new Random(count).nextBytes(bytes);
    ByteBuffer source = ByteBuffer.allocateDirect(bytes.length).put(bytes).position(3);
    FloatBuffer destination = FloatBuffer.allocate(count + 4).position(2);

    dtype.decode(source.asReadOnlyBuffer().order(ByteOrder.BIG_ENDIAN), 0, destination);
    dtype.decode(source, count, destination);

    assertThat(source.position()).isEqualTo(3 + count * dtype.byteSize());
    assertThat(destination.position()).isEqualTo(2 + count);
    for (int i = 0; i < count; i++) {
      ByteBuffer element = ByteBuffer.wrap(bytes, 3 + i * dtype.byteSize(), dtype.byteSize());
      assertThat(Float.floatToIntBits(destination.get(2 + i)))
          .isEqualTo(Float.floatToIntBits(decode(dtype, element, 1)[0]));
    }
    assertThat(destination.get(0)).isZero();
    assertThat(destination.get(2 + count)).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {
        "BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "I16", "U16", "I32", "U32", "C64", "I64",
        "U64"
      })
  void otherTypesAreRefused(DType dtype) {
    assertThat(dtype.floating()).isFalse();
    assertThatThrownBy(() -> dtype.decode(ByteBuffer.allocate(64), 1, FloatBuffer.allocate(1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Expected a floating-point dtype, found %s, which cannot be read as float32."
                .formatted(dtype));
  }

  @ParameterizedTest
  @CsvSource({"3, 4, 2", "4, 1, 2", "4, 2, -1", "8, 9, 2147483647"})
  void moreThanThereIsIsRefused(int bytes, int room, int count) {
    assertThatThrownBy(
            () -> DType.BF16.decode(ByteBuffer.allocate(bytes), count, FloatBuffer.allocate(room)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("elements of BF16")
        .hasMessageContaining("%d bytes in the source and room for %d", bytes, room);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,1",
    "F8_E4M3,1",
    "BF16,2",
    "F16,2",
    "U16,2",
    "F32,4",
    "C64,8",
    "F64,8",
    "U64,8"
  })
  void sizesAreInBytes(DType dtype, int bytes) {
    assertThat(dtype.byteSize()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"F4,4", "F6_E2M3,6", "F6_E3M2,6"})
  void typesNarrowerThanAByteHaveNoSizeInBytes(DType dtype, int bits) {
    assertThat(dtype.bits()).isEqualTo(bits);
    assertThatThrownBy(dtype::byteSize)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("%s elements have %d bits, not whole bytes".formatted(dtype, bits));
  }

  private static float[] decode(DType dtype, ByteBuffer stored, int count) {
    float[] values = new float[count];
    dtype.decode(stored, count, FloatBuffer.wrap(values));
    return values;
  }
}

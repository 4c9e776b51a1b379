package dev.headlight.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The element types of the safetensors format, all of them little-endian. The floating-point types
 * that fill whole bytes can be read as float32; the others are known so that a file that holds them
 * can be opened.
 *
 * <p>Narrow formats: F8_E4M3 and F8_E5M2 as in Micikevicius et al. 2022 (arXiv:2209.05433; E4M3 has
 * no infinities), the FNUZ ones as in Noune et al. 2022 (arXiv:2206.02915; one zero, one NaN, no
 * infinities), F4, F6 and F8_E8M0 as in the Open Compute Project's Microscaling Formats 1.0.
 */
public enum DType {
  BOOL(8),
  /** Two values to a byte; only together with the scales of another tensor a number. */
  F4(4),
  /** Four values to three bytes; only together with the scales of another tensor a number. */
  F6_E2M3(6),
  /** Four values to three bytes; only together with the scales of another tensor a number. */
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8, FloatDecoders.F8_E5M2),
  F8_E4M3(8, FloatDecoders.F8_E4M3),
  /** A power of two without sign: 2 to the value minus 127. */
  F8_E8M0(8, FloatDecoders.F8_E8M0),
  F8_E4M3FNUZ(8, FloatDecoders.F8_E4M3FNUZ),
  F8_E5M2FNUZ(8, FloatDecoders.F8_E5M2FNUZ),
  I16(16),
  U16(16),
  F16(16, FloatDecoders::halves),
  BF16(16, FloatDecoders::bfloats),
  I32(32),
  U32(32),
  F32(32, FloatDecoders::floats),
  /** A complex number of two float32. */
  C64(64),
  F64(64, FloatDecoders::doubles),
  I64(64),
  U64(64);

  /**
   * Decodes {@code count} elements from the start of a little-endian buffer to the position of a
   * float buffer.
   */
  interface Decoder {
    void decode(ByteBuffer source, int count, FloatBuffer destination);
  }

  private static final Map<String, DType> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(DType::name, Function.identity()));

  private final int bits;

  // Decoders hold no state but constant tables, which Error Prone cannot see.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Optional<Decoder> decoder;

  DType(int bits) {
    this.bits = bits;
    this.decoder = Optional.empty();
  }

  DType(int bits, Decoder decoder) {
    this.bits = bits;
    this.decoder = Optional.of(decoder);
  }

  /** The type of this name in the header of a file, such as {@code BF16}. */
  static Optional<DType> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Bits of one element. */
  public int bits() {
    return bits;
  }

  /**
   * Bytes of one element.
   *
   * @throws IllegalStateException if an element is narrower than a byte (F4, F6_E2M3, F6_E3M2)
   */
  public int byteSize() {
    if (bits % Byte.SIZE != 0) {
      throw new IllegalStateException(
          "%s elements have %d bits, not whole bytes".formatted(this, bits));
    }
    return bits / Byte.SIZE;
  }

  /** Whether {@link #decode} reads this type: real floating-point numbers of whole bytes. */
  public boolean floating() {
    return decoder.isPresent();
  }

  /**
   * Reads elements as float32: exact for all types but F64, which is rounded to the nearest
   * (infinity beyond float32's range). Subnormal numbers, infinities, NaN and the sign of zero are
   * kept.
   *
   * @param source the bytes, from its position on, little-endian whatever its {@link
   *     ByteBuffer#order() order}; its position moves on by what was read
   * @param count how many elements
   * @param destination gets the numbers from its position on; its position moves on by {@code
   *     count}
   * @throws CheckpointException if this is not a {@link #floating() floating} type
   * @throws IllegalArgumentException if there is not as much in the source or no room in the
   *     destination
   */
  public void decode(ByteBuffer source, int count, FloatBuffer destination) {
    Decoder chosen =
        decoder.orElseThrow(
            () ->
                new CheckpointException(
                    "Expected a floating-point dtype, found %s, which cannot be read as float32."
                        .formatted(this)));
    long bytes = (long) count * byteSize();
    if (count < 0 || bytes > source.remaining() || count > destination.remaining()) {
      throw new IllegalArgumentException(
          "%d elements of %s (%d bytes) asked for, with %d bytes in the source and room for %d in the destination"
              .formatted(count, this, bytes, source.remaining(), destination.remaining()));
    }
    ByteBuffer slice = source.slice(source.position(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    chosen.decode(slice, count, destination);
    source.position(source.position() + (int) bytes);
  }
}

package dev.headlight.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightTest {
  private static final int COLUMNS = 777;

  /** One tensor [rows, 777] of a floating-point type whose element i is i modulo 128. */
  private static final class Counting implements TensorSource {
    private final TensorInfo tensor;
    private final byte[] bytes;
    private int requests;
    private int failuresToCome;

    Counting(DType dtype, int rows) {
      int elements = rows * COLUMNS;
      int bytesEach = dtype.byteSize();
      tensor =
          new TensorInfo(
              "w",
              dtype,
              List.of((long) rows, (long) COLUMNS),
              "f",
              0,
              (long) elements * bytesEach);
      ByteBuffer content = ByteBuffer.allocate(elements * bytesEach).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < elements; i++) {
        float value = i % 128;
        switch (dtype) {
          case F64 -> content.putDouble(value);
          case F32 -> content.putFloat(value);
          default -> content.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
      bytes = content.array();
    }

    @Override
    public SortedMap<String, TensorInfo> tensors() {
      return new TreeMap<>(Map.of("w", tensor));
    }

    @Override
    public void read(TensorInfo info, long firstByte, ByteBuffer destination) throws IOException {
      requests++;
      if (failuresToCome > 0) {
        failuresToCome--;
        destination.put((byte) 77);
        throw new IOException("connection reset");
      }
      destination.put(bytes, (int) firstByte, destination.remaining());
    }

    Weight weight() {
      return new WeightScope(this).get("w", tensor.shape().get(0), COLUMNS);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BF16", "F32", "F64"})
  void piecesAreThoseOfTheWhole(DType dtype) {
    Counting source = new Counting(dtype, 4001);
    Weight weight = source.weight();
    Random random = new Random(7);

    assertThat(weight.elements()).isEqualTo(4001L * COLUMNS);
    for (int i = 0; i < 200; i++) {
      int length = random.nextInt(i % 10 == 0 ? 3_000_000 : 3000);
      int first = random.nextInt((int) weight.elements() - length + 1);
      assertThat(read(weight, first, length)).isEqualTo(expected(first, length));
    }
    assertThat(read(weight, 0, (int) weight.elements()))
        .isEqualTo(expected(0, (int) weight.elements()));
    assertThat(read(weight, weight.elements(), 0)).isEmpty();
  }

  @Test
  void rowsOneAfterTheOtherAreReadAhead() {
    Counting source = new Counting(DType.F32, 2000);
    Weight weight = source.weight();

    for (int row = 0; row < 2000; row++) {
      assertThat(read(weight, (long) row * COLUMNS, COLUMNS))
          .isEqualTo(expected(row * COLUMNS, COLUMNS));
    }

    assertThat(source.requests).isEqualTo(2); // 6.2 MB in windows of 4 MiB
  }

  @Test
  void destinationIsFilledFromItsPositionToItsLimit() {
    FloatBuffer destination = FloatBuffer.allocate(6).position(1).limit(4);

    new Counting(DType.BF16, 1).weight().readFloats(5, destination);

    assertThat(destination.array()).containsExactly(0, 5, 6, 7, 0, 0);
    assertThat(destination.position()).isEqualTo(4);
  }

  @Test
  void failedReadingSaysWhereAndCanBeRepeated() {
    Counting source = new Counting(DType.BF16, 3);
    Weight weight = source.weight();
    read(weight, 0, 10);
    Weight other = source.weight();
    source.failuresToCome = 2;

    assertThatThrownBy(() -> read(other, 0, 10))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Reading tensor w of f failed: connection reset");
    assertThatThrownBy(() -> read(other, 0, 10)).isInstanceOf(UncheckedIOException.class);
    assertThat(read(other, 0, 10)).isEqualTo(expected(0, 10));
  }

  @Test
  void whatAFailedReadingLeftBehindIsNotUsed() {
    Counting source = new Counting(DType.F32, 2000);
    Weight weight = source.weight();
    read(weight, 0, 10);
    source.failuresToCome = 1;

    assertThatThrownBy(() -> read(weight, 1999L * COLUMNS, 10))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(read(weight, 0, 10)).isEqualTo(expected(0, 10));
  }

  @Test
  void elementsOutsideTheTensorAreNotRead() {
    Weight weight = new Counting(DType.BF16, 1).weight();

    assertThatThrownBy(() -> read(weight, COLUMNS - 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Tensor w: 2 elements from element 776 on asked for, it has 777");
    assertThatThrownBy(() -> read(weight, -1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> read(weight, Long.MAX_VALUE, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void threadsReadTheirOwnPieces() {
    Weight weight = new Counting(DType.F32, 3000).weight();

    boolean[] right = new boolean[3000];
    IntStream.range(0, 3000)
        .parallel()
        .forEach(
            row ->
                right[row] =
                    Arrays.equals(
                        read(weight, (long) row * COLUMNS, COLUMNS),
                        expected(row * COLUMNS, COLUMNS)));

    assertThat(right).doesNotContain(false);
  }

  private static float[] read(Weight weight, long first, int length) {
    float[] values = new float[length];
    weight.readFloats(first, FloatBuffer.wrap(values));
    return values;
  }

  private static float[] expected(int first, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (first + i) % 128;
    }
    return values;
  }
}

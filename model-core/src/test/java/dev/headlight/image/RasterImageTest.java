package dev.headlight.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RasterImageTest {
  static Stream<String> files() {
    return ImageGoldens.files();
  }

  @ParameterizedTest
  @MethodSource("files")
  void filesAreDecodedToThePixelsThatPillowGives(String file) {
    RasterImage image = RasterImage.decode(ImageGoldens.file(file)).withChannels(3);
    float[] expected = ImageGoldens.expected().floats("decoded." + file);

    assertThat(ImageGoldens.expected().shape("decoded." + file))
        .containsExactly(image.height(), image.width(), 3);
    assertThat(largestDifference(image, expected)).isZero();
  }

  @ParameterizedTest
  @MethodSource("files")
  void colorsBecomeTheGrayThatPillowGives(String file) {
    RasterImage image = RasterImage.decode(ImageGoldens.file(file)).withChannels(1);

    assertThat(largestDifference(image, ImageGoldens.expected().floats("luma." + file))).isZero();
  }

  private static int largestDifference(RasterImage image, float[] expected) {
    assertThat(image.data()).hasSize(expected.length);
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((image.data()[i] & 0xff) - (int) expected[i]));
    }
    return largest;
  }

  @Test
  void imagesOfSparkAreTurnedFromBlueFirstToRedFirst() {
    byte[] blueFirst = {1, 2, 3, 4, 5, 6};
    byte[] withAlpha = {1, 2, 3, 99, 4, 5, 6, 98};

    assertThat(RasterImage.ofSpark(2, 1, 3, 16, blueFirst).data())
        .containsExactly(3, 2, 1, 6, 5, 4);
    assertThat(RasterImage.ofSpark(1, 2, 4, 24, withAlpha).data())
        .containsExactly(3, 2, 1, 6, 5, 4);
    assertThat(RasterImage.ofSpark(2, 1, 1, 0, new byte[] {7, 8}).data()).containsExactly(7, 8);
  }

  @Test
  void imagesOfSparkThatDoNotFitTogetherAreRefused() {
    assertRefused(
        () -> RasterImage.ofSpark(-1, -1, -1, -1, new byte[0]),
        ImageException.NOT_AN_IMAGE,
        "expected mode 0, 16 or 24 with 1, 3 or 4 channels, found mode -1 with -1 channels");
    assertRefused(
        () -> RasterImage.ofSpark(2, 1, 3, 16, new byte[5]),
        ImageException.DAMAGED,
        "expected 1 x 2 x 3 bytes, found 5");
    assertRefused(
        () -> RasterImage.ofSpark(0, 1, 3, 16, new byte[0]),
        ImageException.DAMAGED,
        "expected an image of 1 x 1 pixels or more, found 1 x 0");
    assertRefused(
        () -> RasterImage.ofSpark(Integer.MAX_VALUE, Integer.MAX_VALUE, 3, 16, new byte[0]),
        ImageException.TOO_LARGE,
        "expected an image of at most 89478485 pixels, found 2147483647 x 2147483647");
  }

  @Test
  void whatIsNoImageIsRefusedWithItsBeginning() {
    assertRefused(
        () -> RasterImage.decode(new byte[0]),
        ImageException.NOT_AN_IMAGE,
        "expected a PNG or JPEG file, found 0 bytes that begin with nothing");
    assertRefused(
        () -> RasterImage.decode("GIF89a and more of it".getBytes(StandardCharsets.US_ASCII)),
        ImageException.NOT_AN_IMAGE,
        "expected a PNG or JPEG file, found 21 bytes that begin with 47494638396120616e64206d (GIF89a.and.m)");
  }

  @Test
  void hugeImagesAreRefusedBeforeMemoryIsTaken() {
    byte[] png = ImageGoldens.file("color.png");
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
    byte[] jpeg = ImageGoldens.file("color-420.jpg");
    int frame = indexOf(jpeg, new byte[] {(byte) 0xff, (byte) 0xc0});
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 60_000).putShort(frame + 7, (short) 60_000);

    assertRefused(
        () -> RasterImage.decode(png),
        ImageException.TOO_LARGE,
        "expected an image of at most 89478485 pixels, found 60000 x 60000");
    assertRefused(
        () -> RasterImage.decode(jpeg),
        ImageException.TOO_LARGE,
        "expected an image of at most 89478485 pixels, found 60000 x 60000");
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new IllegalArgumentException("not found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "color.png",
        "color-420.jpg",
        "cmyk.jpg",
        "gray.jpg",
        "palette.png",
        "progressive.jpg"
      })
  void filesThatEndTooEarlyAreRefused(String file) {
    byte[] whole = ImageGoldens.file(file);
    for (int length : new int[] {12, whole.length / 2, whole.length * 9 / 10}) {
      assertThatThrownBy(() -> RasterImage.decode(Arrays.copyOf(whole, length)))
          .isInstanceOf(ImageException.class)
          .hasMessageStartingWith("expected a whole " + (file.endsWith("png") ? "PNG" : "JPEG"));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void damagedFilesAreDecodedOrRefusedWithoutAnyOtherError(String file) {
    byte[] whole = ImageGoldens.file(file);
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      byte[] damaged = whole.clone();
      for (int change = 0; change <= random.nextInt(6); change++) {
        damaged[3 + random.nextInt(damaged.length - 3)] = (byte) random.nextInt();
      }
      try {
        assertThat(RasterImage.decode(damaged).data()).isNotEmpty();
      } catch (ImageException e) {
        assertThat(e.getMessage()).startsWith("expected ");
      }
    }
  }

  @Test
  void aJpegThatLacksItsEndMarkerOnlyIsDecoded() {
    byte[] whole = ImageGoldens.file("color-420.jpg");

    assertThat(RasterImage.decode(Arrays.copyOf(whole, whole.length - 2)).data())
        .isEqualTo(RasterImage.decode(whole).data());
  }

  @Test
  void bytesAfterTheImageDoNotMatter() {
    ByteArrayOutputStream longer = new ByteArrayOutputStream();
    longer.writeBytes(ImageGoldens.file("color-420.jpg"));
    longer.writeBytes(new byte[100]);

    assertThat(RasterImage.decode(longer.toByteArray()).data())
        .isEqualTo(RasterImage.decode(ImageGoldens.file("color-420.jpg")).data());
  }

  private static void assertRefused(Runnable action, String reason, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOf(ImageException.class)
        .hasMessage(message)
        .extracting(e -> ((ImageException) e).reason())
        .isEqualTo(reason);
  }
}

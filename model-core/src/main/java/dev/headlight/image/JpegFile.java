package dev.headlight.image;

import java.io.ByteArrayOutputStream;

/**
 * What the segments before the pixels of a JPEG file say.
 *
 * @param bytes the file without color profiles, which would change the colors that are decoded
 * @param adobeTransform Adobe's note on the colors: 2 for luma, chroma and black; 0 without one
 * @param progressive whether every scan adds to all of the image
 */
record JpegFile(byte[] bytes, int adobeTransform, boolean progressive) {
  private static final int START_OF_PROGRESSIVE_FRAME = 0xc2;
  private static final int START_OF_SCAN = 0xda;
  private static final int COLOR_PROFILE = 0xe2;
  private static final int ADOBE = 0xee;
  private static final int TRANSFORM_AT = 4 + 11;

  static JpegFile of(byte[] file) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
    kept.write(file, 0, 2);
    int transform = 0;
    boolean progressive = false;
    int at = 2;
    while (at + 4 <= file.length && unsigned(file, at) == 0xff) {
      int marker = unsigned(file, at + 1);
      int end = at + 2 + ((unsigned(file, at + 2) << 8) | unsigned(file, at + 3));
      if (marker == START_OF_SCAN || end > file.length) {
        break;
      }
      progressive |= marker == START_OF_PROGRESSIVE_FRAME;
      if (marker == ADOBE && at + TRANSFORM_AT < end && file[at + 4] == 'A') {
        transform = unsigned(file, at + TRANSFORM_AT);
      }
      if (marker != COLOR_PROFILE) {
        kept.write(file, at, end - at);
      }
      at = end;
    }
    kept.write(file, at, file.length - at);
    return new JpegFile(kept.toByteArray(), transform, progressive);
  }

  private static int unsigned(byte[] file, int at) {
    return Byte.toUnsignedInt(file[at]);
  }
}

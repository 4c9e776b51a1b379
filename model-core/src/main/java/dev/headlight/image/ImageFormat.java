package dev.headlight.image;

import java.util.Arrays;
import java.util.HexFormat;

/** The formats that are read, told apart by their first bytes. */
enum ImageFormat {
  PNG("89504e470d0a1a0a"),
  JPEG("ffd8ff");

  private static final int SHOWN_BYTES = 12;

  private final String signature;

  ImageFormat(String signature) {
    this.signature = signature;
  }

  static ImageFormat of(byte[] file) {
    return Arrays.stream(values())
        .filter(format -> format.begins(file))
        .findFirst()
        .orElseThrow(
            () ->
                new ImageException(
                    ImageException.NOT_AN_IMAGE,
                    "expected a PNG or JPEG file, found %d bytes that begin with %s"
                        .formatted(file.length, beginning(file))));
  }

  private boolean begins(byte[] file) {
    int bytes = signature.length() / 2;
    return file.length >= bytes && HexFormat.of().formatHex(file, 0, bytes).equals(signature);
  }

  /** The first bytes in hexadecimal and, where they are letters, as text: RIFF, GIF8, BM. */
  private static String beginning(byte[] file) {
    if (file.length == 0) {
      return "nothing";
    }
    byte[] shown = Arrays.copyOf(file, Math.min(file.length, SHOWN_BYTES));
    StringBuilder text = new StringBuilder();
    for (byte value : shown) {
      text.append(value > ' ' && value < 127 ? (char) value : '.');
    }
    return HexFormat.of().formatHex(shown) + " (" + text + ")";
  }
}

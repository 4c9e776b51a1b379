package dev.headlight.image;

/** An image cannot be used. The message says what was expected and what was found. */
public final class ImageException extends RuntimeException {
  /** The bytes are not of a format that is read. */
  public static final String NOT_AN_IMAGE = "not_an_image";

  /** The bytes begin like an image and go on like none. */
  public static final String DAMAGED = "damaged_image";

  /** The image has more pixels than are read. */
  public static final String TOO_LARGE = "image_too_large";

  private final String reason;

  public ImageException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  public ImageException(String reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** A stable code: one of the constants of this class. */
  public String reason() {
    return reason;
  }
}

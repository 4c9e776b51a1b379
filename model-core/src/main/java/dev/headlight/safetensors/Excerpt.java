package dev.headlight.safetensors;

/**
 * Makes text of untrusted files fit to stand in a message: one line, no control characters, not too
 * long.
 */
public final class Excerpt {
  private static final int MAX_LENGTH = 160;

  private Excerpt() {}

  /**
   * The text itself if it is short and printable. Line breaks, control characters and invisible
   * formatting characters come out as a backslash, u and their code in hexadecimal; what is beyond
   * 160 characters is left out (with three dots).
   */
  public static String of(String untrusted) {
    StringBuilder excerpt = new StringBuilder();
    untrusted.codePoints().limit(MAX_LENGTH).forEach(codePoint -> append(excerpt, codePoint));
    if (untrusted.codePointCount(0, untrusted.length()) > MAX_LENGTH) {
      excerpt.append("...");
    }
    return excerpt.toString();
  }

  private static void append(StringBuilder excerpt, int codePoint) {
    int type = Character.getType(codePoint);
    boolean shown =
        type != Character.CONTROL
            && type != Character.FORMAT
            && type != Character.LINE_SEPARATOR
            && type != Character.PARAGRAPH_SEPARATOR
            && type != Character.SURROGATE
            && type != Character.UNASSIGNED;
    if (shown) {
      excerpt.appendCodePoint(codePoint);
    } else {
      String digits = Integer.toHexString(codePoint);
      excerpt.append("\\u").append("0".repeat(Math.max(0, 4 - digits.length()))).append(digits);
    }
  }
}

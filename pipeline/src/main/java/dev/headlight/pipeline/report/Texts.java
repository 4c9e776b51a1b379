package dev.headlight.pipeline.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headlight.pipeline.Sha256;

/** Texts of the data, cut to what a page has room for. */
final class Texts {
  private static final int MOST_CHARACTERS = 80;

  /** Characters of a digest: enough that no two names of a page read the same by chance. */
  private static final int DIGEST = 16;

  /** What names of files begin with is often the same, what they end in tells them apart. */
  private static final int END = 32;

  private Texts() {}

  static String shortened(String text) {
    return shortened(text, MOST_CHARACTERS);
  }

  static String shortened(String text, int most) {
    return text == null || text.length() <= most ? text : start(text, most) + "…";
  }

  /**
   * A text by which things are told apart, such as an id: of a long one the start, the end and a
   * digest of the whole, so that different ones keep different names. A name that was shortened is
   * longer than any text that is left as it is.
   */
  static String name(String text) {
    if (text == null || text.length() <= MOST_CHARACTERS) {
      return text;
    }
    int from = text.length() - END;
    String end = text.substring(Character.isLowSurrogate(text.charAt(from)) ? from + 1 : from);
    String digest = Sha256.of(text.getBytes(UTF_8)).substring(0, DIGEST);
    return start(text, MOST_CHARACTERS - END) + "…" + end + " (SHA-256 " + digest + "…)";
  }

  private static String start(String text, int most) {
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end);
  }
}

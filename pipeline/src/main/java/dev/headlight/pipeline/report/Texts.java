package dev.headlight.pipeline.report;

/** Texts of the data, cut to what a page has room for. */
final class Texts {
  private static final int MOST_CHARACTERS = 80;

  private Texts() {}

  static String shortened(String text) {
    return shortened(text, MOST_CHARACTERS);
  }

  static String shortened(String text, int most) {
    if (text == null || text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "…";
  }
}

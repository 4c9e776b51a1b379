package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.headlight.pipeline.summary.Distribution;
import java.util.Arrays;

/**
 * A distribution in at most 105 bytes of JSON: its ends, and a text with two digits to base 64 for
 * what is below, each bin, and what is above. Counts that do not fit into two digits are all
 * divided by the same number, so that the highest just fits.
 */
final class CompactHistogram {
  private static final String DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final int LARGEST = DIGITS.length() * DIGITS.length() - 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private CompactHistogram() {}

  static ArrayNode of(Distribution distribution) {
    long highest =
        Math.max(
            Math.max(distribution.below(), distribution.above()),
            Arrays.stream(distribution.counts()).max().orElse(0));
    StringBuilder text = new StringBuilder();
    append(text, distribution.below(), highest);
    for (long count : distribution.counts()) {
      append(text, count, highest);
    }
    append(text, distribution.above(), highest);
    return JSON.createArrayNode()
        .add(distribution.from())
        .add(distribution.to())
        .add(text.toString());
  }

  private static void append(StringBuilder text, long count, long highest) {
    long level = count;
    if (highest > LARGEST && count > 0) {
      // A bin that is not empty stays so.
      level = Math.max(1, Math.round((double) count / highest * LARGEST));
    }
    text.append(DIGITS.charAt((int) level / 64)).append(DIGITS.charAt((int) level % 64));
  }
}

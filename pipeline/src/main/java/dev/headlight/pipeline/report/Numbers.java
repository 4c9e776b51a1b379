package dev.headlight.pipeline.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as short as a chart needs them. */
final class Numbers {
  private static final int DIGITS = 5;

  /** As many tell any two floats apart. */
  private static final int DIGITS_OF_FLOATS = 9;

  private Numbers() {}

  /** Adds a number with five digits; null if it is none. */
  static void add(ArrayNode array, double value) {
    add(array, value, DIGITS);
  }

  /** Adds a number with some digits; null if it is none. */
  static void add(ArrayNode array, double value, int digits) {
    if (Double.isFinite(value)) {
      array.add(new BigDecimal(value).round(new MathContext(digits)).doubleValue());
    } else {
      array.addNull();
    }
  }

  /** Digits with which numbers from a least to a largest one can be told apart: more if close. */
  static int digits(double min, double max) {
    double size = Math.max(Math.abs(min), Math.abs(max));
    double more = Math.log10(size / (max - min));
    return more > 0 ? (int) Math.min(DIGITS_OF_FLOATS, DIGITS + more) : DIGITS;
  }
}

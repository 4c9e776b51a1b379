package dev.headlight.pipeline;

import dev.headlight.model.InputRules;

/**
 * Why a row is bad: a stable code to count by, and a message for people. Thrown while a row is read
 * and caught row by row, so it carries no stack trace.
 */
final class RejectedRow extends Exception {
  /** The input, or a part of it that is needed, is null. */
  static final String NULL_INPUT = "null_input";

  static final String EMPTY = "empty";

  /** Rows of a matrix, or arrays that belong together, differ in length. */
  static final String RAGGED = "ragged";

  static final String WRONG_WIDTH = "wrong_width";

  /** An image of another size than the model's. */
  static final String WRONG_SIZE = "wrong_size";

  static final String TOKEN_OUT_OF_RANGE = "token_out_of_range";
  static final String TOO_LONG = "too_long";

  /** An attention mask other than ones followed by zeros. */
  static final String UNSUPPORTED_MASK = "unsupported_mask";

  /** The outputs asked for of this one row do not fit a row of Spark's. */
  static final String OUTPUT_TOO_LARGE = "output_too_large";

  private final String reason;

  RejectedRow(String reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static RejectedRow of(InputRules.Problem problem) {
    return new RejectedRow(problem.reason(), problem.message());
  }

  String reason() {
    return reason;
  }
}

package dev.headlight.tensor;

import java.util.Arrays;

/** Checks of tensor shapes. */
public final class Shapes {
  private Shapes() {}

  /**
   * Passes a shape on if it is the expected one.
   *
   * @param what the tensor as the reader of the message knows it, such as its full name
   * @param expected the lengths of its dimensions, outermost first
   * @param found the lengths found
   * @return {@code found}
   * @throws IllegalArgumentException if the two differ
   */
  public static long[] requireEqual(String what, long[] expected, long[] found) {
    if (!Arrays.equals(expected, found)) {
      throw new IllegalArgumentException(
          "%s: expected shape %s, found %s"
              .formatted(what, Arrays.toString(expected), Arrays.toString(found)));
    }
    return found;
  }

  /**
   * The number of elements of a shape. A shape without dimensions is a scalar and has one.
   *
   * @param what the tensor as the reader of the message knows it, such as its full name
   * @throws IllegalArgumentException if a length is negative or the number is beyond a long
   */
  public static long elements(String what, long... shape) {
    long elements = 1;
    for (long length : shape) {
      if (length < 0) {
        throw new IllegalArgumentException(
            "%s: shape %s has a negative length".formatted(what, Arrays.toString(shape)));
      }
    }
    for (long length : shape) {
      try {
        elements = Math.multiplyExact(elements, length);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "%s: shape %s has more elements than can be counted"
                .formatted(what, Arrays.toString(shape)),
            e);
      }
    }
    return elements;
  }
}

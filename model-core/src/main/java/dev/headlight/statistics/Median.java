package dev.headlight.statistics;

/** Exact median of values that are not negative. */
final class Median {

  /** The middle value, or the mean of the two middle ones. Changes the order of the values. */
  double of(float[] values, int count) {
    int upper = count / 2;
    select(values, count, upper);
    if (count % 2 == 1) {
      return values[upper];
    }
    float below = 0;
    for (int k = 0; k < upper; k++) {
      below = Math.max(below, values[k]);
    }
    return 0.5 * ((double) below + values[upper]);
  }

  /** Puts the value of a rank where it would stand if all were sorted (Hoare 1961). */
  private static void select(float[] values, int count, int rank) {
    int left = 0;
    int right = count - 1;
    while (left < right) {
      float pivot = values[(left + right) >>> 1];
      int i = left;
      int j = right;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          float swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (rank <= j) {
        right = j;
      } else if (rank >= i) {
        left = i;
      } else {
        return;
      }
    }
  }
}

package dev.headlight.statistics;

import java.util.Arrays;

/** How different two short names are. */
final class EditDistance {
  private EditDistance() {}

  /** The least number of characters to insert, delete or replace (Levenshtein 1966). */
  static int between(String left, String right) {
    int[] distances = new int[right.length() + 1];
    Arrays.setAll(distances, j -> j);
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = distances[0];
      distances[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = distances[j];
        distances[j] = Math.min(replaced, 1 + Math.min(distances[j], distances[j - 1]));
      }
    }
    return distances[right.length()];
  }
}

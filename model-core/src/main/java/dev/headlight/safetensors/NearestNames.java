package dev.headlight.safetensors;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the names that a misspelt or unknown name may have meant. */
final class NearestNames {
  /** Bounds the work that the names of a hostile file can ask for. */
  private static final int MAX_COMPARED = 20_000;

  private static final int MAX_LENGTH = 256;

  private NearestNames() {}

  private record Candidate(String name, int distance) {}

  /**
   * At most {@code limit} names that are less than half different from the one given, nearest
   * first.
   */
  static List<String> of(String name, Collection<String> names, int limit) {
    if (name.length() > MAX_LENGTH) {
      return List.of();
    }
    return names.stream()
        .filter(candidate -> candidate.length() <= MAX_LENGTH)
        .limit(MAX_COMPARED)
        .map(candidate -> new Candidate(candidate, editDistance(name, candidate)))
        .filter(
            candidate ->
                2 * candidate.distance() < Math.max(name.length(), candidate.name().length()))
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .limit(limit)
        .map(Candidate::name)
        .toList();
  }

  /** The least number of characters to insert, delete or replace (Levenshtein 1966). */
  static int editDistance(String left, String right) {
    int[] previous = new int[right.length() + 1];
    int[] current = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int replaced = previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] last = previous;
      previous = current;
      current = last;
    }
    return previous[right.length()];
  }
}

package dev.headlight.jobs;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the name that a misspelt one may have meant. */
final class Nearest {
  private Nearest() {}

  /** The name with the fewest letters to change, if those are at most two thirds of its letters. */
  static Optional<String> of(String name, Collection<String> names) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    return names.stream()
        .filter(
            known -> 3 * distance.apply(name, known) <= 2 * Math.max(name.length(), known.length()))
        .min(
            Comparator.<String>comparingInt(known -> distance.apply(name, known))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The end of a sentence: {@code ; did you mean 'x'?}, or a full stop. */
  static String suggestion(String name, Collection<String> names) {
    return of(name, names).map("; did you mean '%s'?"::formatted).orElse(".");
  }
}

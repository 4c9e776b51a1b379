package dev.headlight.statistics;

import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Ids of the tokens that stand for no text, by what they do.
 *
 * @param opening tokens before a text: {@code [CLS]}, {@code <s>}
 * @param separating tokens after a text and between two: {@code [SEP]}, {@code </s>}; an id may be
 *     both, as GPT-2's {@code <|endoftext|>}
 * @param all these and further ones, such as masks
 */
public record SpecialTokenIds(
    SortedSet<Integer> opening, SortedSet<Integer> separating, SortedSet<Integer> all)
    implements Serializable {

  /** Nothing is known of special tokens. */
  public static final SpecialTokenIds NONE = of(List.of(), List.of(), List.of());

  public SpecialTokenIds {
    opening = Collections.unmodifiableSortedSet(new TreeSet<>(opening));
    separating = Collections.unmodifiableSortedSet(new TreeSet<>(separating));
    TreeSet<Integer> ids = new TreeSet<>(all);
    ids.addAll(opening);
    ids.addAll(separating);
    all = Collections.unmodifiableSortedSet(ids);
  }

  public static SpecialTokenIds of(
      Collection<Integer> opening, Collection<Integer> separating, Collection<Integer> others) {
    return new SpecialTokenIds(
        new TreeSet<>(opening), new TreeSet<>(separating), new TreeSet<>(others));
  }
}

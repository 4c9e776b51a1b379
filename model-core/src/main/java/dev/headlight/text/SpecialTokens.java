package dev.headlight.text;

import java.io.Serializable;
import java.util.Collections;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Ids of the tokens that stand for no text.
 *
 * @param named ids by their names in {@code tokenizer_config.json}, such as {@code cls_token};
 *     several names may have the same id
 * @param all the ids of {@code named} and of special tokens without such a name
 */
public record SpecialTokens(SortedMap<String, Integer> named, SortedSet<Integer> all)
    implements Serializable {
  /** The names there are. */
  public static final Set<String> NAMES =
      Collections.unmodifiableSortedSet(
          new TreeSet<>(
              Set.of(
                  "bos_token",
                  "eos_token",
                  "unk_token",
                  "sep_token",
                  "pad_token",
                  "cls_token",
                  "mask_token")));

  public SpecialTokens {
    named = Collections.unmodifiableSortedMap(new TreeMap<>(named));
    SortedSet<Integer> ids = new TreeSet<>(all);
    ids.addAll(named.values());
    all = Collections.unmodifiableSortedSet(ids);
  }

  /** The token before a text whose hidden state stands for all of it (BERT). */
  public OptionalInt cls() {
    return id("cls_token");
  }

  /** The token after a text, and between two (BERT). */
  public OptionalInt sep() {
    return id("sep_token");
  }

  public OptionalInt pad() {
    return id("pad_token");
  }

  /** The token of text that the vocabulary cannot spell. */
  public OptionalInt unk() {
    return id("unk_token");
  }

  public OptionalInt mask() {
    return id("mask_token");
  }

  /** The token before a text (decoders). */
  public OptionalInt bos() {
    return id("bos_token");
  }

  /** The token after a text (decoders). */
  public OptionalInt eos() {
    return id("eos_token");
  }

  private OptionalInt id(String name) {
    Integer id = named.get(name);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}

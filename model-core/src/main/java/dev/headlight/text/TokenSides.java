package dev.headlight.text;

import ai.djl.huggingface.tokenizers.Encoding;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of one or two texts, each of which belongs to the first text, to the second, or to
 * neither: those are the special tokens that every sequence has.
 *
 * <p>Texts are cut here and not by the library, since the library ends the whole process where an
 * overlap leaves no room.
 *
 * @param ids {@code [T]}
 * @param typeIds {@code [T]}
 * @param sides {@code [T]}: 0, 1, or -1 for neither
 */
record TokenSides(long[] ids, long[] typeIds, long[] sides) {

  static TokenSides of(Encoding encoding) {
    return new TokenSides(encoding.getIds(), encoding.getTypeIds(), encoding.getSequenceIds());
  }

  /** How many tokens a text has. */
  int count(int side) {
    int count = 0;
    for (long other : sides) {
      count += other == side ? 1 : 0;
    }
    return count;
  }

  /**
   * How many tokens the first of two texts keeps when they have to share.
   *
   * @param room for both
   */
  static int shareOfFirst(int first, int second, int room) {
    if (first + second <= room) {
      return first;
    }
    int half = room / 2;
    if (Math.min(first, second) <= half) {
      return first <= second ? first : room - second;
    }
    // Both are shortened; the one that was longer keeps one more of an odd number.
    return first > second ? room - half : half;
  }

  /**
   * The special tokens with some tokens of each text.
   *
   * @param first how many of the first text to keep
   * @param second how many of the second text to keep
   * @param last whether to keep their last tokens, not their first
   * @param truncated whether something is missing already
   */
  Tokenized keep(int first, int second, boolean last, boolean truncated) {
    int[] counts = {count(0), count(1)};
    int[] kept = {first, second};
    int[] seen = new int[2];
    Selection selection = new Selection(ids.length - counts[0] - counts[1] + first + second);
    for (int t = 0; t < ids.length; t++) {
      int side = (int) sides[t];
      if (side < 0) {
        selection.add(t);
        continue;
      }
      int from = last ? counts[side] - kept[side] : 0;
      int index = seen[side]++;
      if (index >= from && index < from + kept[side]) {
        selection.add(t);
      }
    }
    return selection.tokenized(truncated || first < counts[0] || second < counts[1]);
  }

  /**
   * All tokens of the first text as overlapping windows.
   *
   * @param prompt tokens at the start of the text, which each window repeats
   * @param room tokens of a window besides those and the special ones
   */
  Windows windows(int prompt, int room, int overlap) {
    int textStart = 0;
    while (textStart < ids.length && sides[textStart] < 0) {
      textStart++;
    }
    int textEnd = textStart + count(0);
    List<Tokenized> windows = new ArrayList<>();
    int start = textStart + prompt;
    do {
      int end = Math.min(textEnd, start + room);
      Selection window = new Selection(ids.length - textEnd + textStart + prompt + end - start);
      window.addAll(0, textStart + prompt);
      window.addAll(start, end);
      window.addAll(textEnd, ids.length);
      windows.add(window.tokenized(false));
      start = end == textEnd ? textEnd : end - overlap;
    } while (start < textEnd);
    return new Windows(windows, ids.length);
  }

  /** Tokens that were chosen, in order. */
  private final class Selection {
    private final int[] selectedIds;
    private final int[] selectedTypes;
    private int length;
    private boolean typed;

    Selection(int length) {
      this.selectedIds = new int[length];
      this.selectedTypes = new int[length];
    }

    void add(int token) {
      selectedIds[length] = Math.toIntExact(ids[token]);
      selectedTypes[length] = Math.toIntExact(typeIds[token]);
      typed |= selectedTypes[length] != 0;
      length++;
    }

    void addAll(int from, int to) {
      for (int token = from; token < to; token++) {
        add(token);
      }
    }

    Tokenized tokenized(boolean truncated) {
      return new Tokenized(selectedIds, typed ? selectedTypes : new int[0], truncated);
    }
  }
}

package dev.headlight.statistics;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What statistics need to know of a batch before it runs.
 *
 * @param sequences B
 * @param sides one per kind of attention that runs
 */
public record BatchDescription(int sequences, List<Side> sides) {

  public BatchDescription {
    sides = List.copyOf(sides);
    for (Side side : sides) {
      if (side.queries().length != sequences || side.keys().length != sequences) {
        throw new IllegalArgumentException(
            "%s attention: expected lengths of %d sequences, found %d of queries and %d of keys"
                .formatted(side.attention(), sequences, side.queries().length, side.keys().length));
      }
    }
  }

  /**
   * What is known of the tokens of one sequence. The arrays are not copied and must not be changed.
   *
   * @param ids {@code [T]}; empty where they are not known
   * @param segments {@code [T]}, 0 for given context and other numbers for what followed it; empty
   *     where there are none
   * @param patches where the tokens are those of an image
   */
  public record Tokens(int[] ids, int[] segments, Optional<PatchGrid> patches) {
    private static final int[] NONE = new int[0];

    /** Nothing is known. */
    public static final Tokens UNKNOWN = ofIds(NONE);

    public static Tokens ofIds(int... ids) {
      return new Tokens(ids, NONE, Optional.empty());
    }

    public static Tokens ofImage(PatchGrid patches) {
      return new Tokens(NONE, NONE, Optional.of(patches));
    }

    public Tokens withSegments(int[] numbers) {
      return new Tokens(ids, numbers, patches);
    }
  }

  /**
   * One kind of attention. The arrays are not copied and must not be changed.
   *
   * @param attention self, encoder, decoder or cross
   * @param heads h
   * @param queries {@code [B]}, queries of each sequence
   * @param keys {@code [B]}, keys of each sequence
   * @param queryTokens tokens of each sequence's queries; all unknown for cross-attention, whose
   *     queries and keys are of different texts
   * @param keyTokens tokens of each sequence's keys
   */
  public record Side(
      String attention,
      int heads,
      int[] queries,
      int[] keys,
      List<Tokens> queryTokens,
      List<Tokens> keyTokens) {

    public Side {
      queryTokens = List.copyOf(queryTokens);
      keyTokens = List.copyOf(keyTokens);
    }

    /** Attention of sequences to themselves. */
    public static Side ofSelf(String attention, int heads, int[] lengths, List<Tokens> tokens) {
      return new Side(attention, heads, lengths, lengths, tokens, tokens);
    }

    /** Attention of a decoder's tokens to an encoder's. */
    public static Side ofCross(int heads, int[] queries, int[] keys, List<Tokens> keyTokens) {
      List<Tokens> unknown = Collections.nCopies(queries.length, Tokens.UNKNOWN);
      return new Side("cross", heads, queries, keys, unknown, keyTokens);
    }

    /** Tokens of each sequence, for self-attention. */
    public int[] lengths() {
      return queries;
    }
  }
}

package dev.headlight.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.config.MaskConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionTilesTest {
  record Case(int heads, int queries, int keys, MaskConfig mask, boolean byQuery) {}

  static Stream<Case> cases() {
    List<MaskConfig> masks =
        List.of(
            MaskConfig.BIDIRECTIONAL,
            MaskConfig.CAUSAL,
            MaskConfig.causalWindow(7),
            MaskConfig.causalWindow(1_000_000_000),
            MaskConfig.bidirectionalWindow(64),
            MaskConfig.bidirectionalWindow(2_000_000_000));
    return masks.stream()
        .flatMap(
            mask ->
                Stream.of(1, 2, 15, 64, 129, 513, 2_049)
                    .flatMap(
                        length ->
                            Stream.of(true, false)
                                .map(byQuery -> new Case(5, length, length, mask, byQuery))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyQueryOfEveryHeadIsInOneTileWithAllKeysItSees(Case given) {
    AttentionTiles tiles = tiles(given);
    int[][] seen = new int[given.heads()][given.queries()];
    for (int tile = 0; tile < tiles.count(); tile++) {
      for (int h = tiles.firstHead(tile); h < tiles.firstHead(tile) + tiles.headCount(tile); h++) {
        for (int r = 0; r < tiles.queryCount(tile); r++) {
          int query = tiles.firstQuery(tile) + r;
          seen[h][query]++;
          assertThat(tiles.firstKey(tile))
              .isNotNegative()
              .isLessThanOrEqualTo(given.mask().firstKey(query));
          assertThat(tiles.endKey(tile))
              .isBetween(given.mask().endKey(query, given.keys()), ProductSizes.of(given.keys()));
        }
      }
    }
    assertThat(List.of(seen)).allSatisfy(queries -> assertThat(queries).containsOnly(1));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tilesAreFilledUpWithinTheSizeOfTheSequence(Case given) {
    AttentionTiles tiles = tiles(given);
    for (int tile = 0; tile < tiles.count(); tile++) {
      assertThat(tiles.rowCount(tile)).isGreaterThanOrEqualTo(tiles.queryCount(tile));
      assertThat(tiles.rowCount(tile) % 16).isZero();
      assertThat(tiles.firstQuery(tile) + tiles.rowCount(tile))
          .isLessThanOrEqualTo(ProductSizes.of(given.queries()));
      assertThat((tiles.endKey(tile) - tiles.firstKey(tile)) % 16).isZero();
    }
  }

  @Test
  void tilesOfManyQueriesAndFewKeysAreFilledUpWithinTheSizeOfTheSequence() {
    for (int queries = 1; queries < 20_000; queries += 257) {
      for (int keys = 1; keys < 3_000; keys += 97) {
        tilesAreFilledUpWithinTheSizeOfTheSequence(
            new Case(4, queries, keys, MaskConfig.BIDIRECTIONAL, false));
      }
    }
  }

  static Stream<MaskConfig> masks() {
    return Stream.of(
        MaskConfig.BIDIRECTIONAL,
        MaskConfig.CAUSAL,
        MaskConfig.causalWindow(100),
        MaskConfig.bidirectionalWindow(64));
  }

  @ParameterizedTest
  @MethodSource("masks")
  void tilesHaveFewShapesHoweverManyLengthsThereAre(MaskConfig mask) {
    assertThat(shapes(1, 512, mask)).hasSizeLessThanOrEqualTo(48);
    assertThat(shapes(512, 8192, mask)).hasSizeLessThanOrEqualTo(96);
  }

  private static Set<List<Integer>> shapes(int shortest, int longest, MaskConfig mask) {
    Set<List<Integer>> shapes = new HashSet<>();
    for (int length = shortest; length <= longest; length++) {
      AttentionTiles tiles = tiles(new Case(12, length, length, mask, false));
      for (int tile = 0; tile < tiles.count(); tile++) {
        int keys = tiles.endKey(tile) - tiles.firstKey(tile);
        shapes.add(List.of(tiles.headCount(tile), tiles.rowCount(tile), keys));
      }
    }
    return shapes;
  }

  @Test
  void crossAttentionHasAllKeysInEachTile() {
    AttentionTiles tiles = tiles(new Case(3, 700, 311, MaskConfig.BIDIRECTIONAL, false));

    for (int tile = 0; tile < tiles.count(); tile++) {
      assertThat(tiles.firstKey(tile)).isZero();
      assertThat(tiles.endKey(tile)).isEqualTo(320);
    }
  }

  @Test
  void causalSequencesOfAllLengthsShareTheShapesOfTheirTiles() {
    Set<List<Integer>> shapes = new HashSet<>();
    Set<Integer> heights = new HashSet<>();
    int tilesInAll = 0;
    for (int length = 16_000; length < 32_000; length += 1_001) {
      AttentionTiles tiles = tiles(new Case(1, length, length, MaskConfig.CAUSAL, false));
      tilesInAll += tiles.count();
      for (int tile = 0; tile < tiles.count() - 1; tile++) {
        heights.add(tiles.queryCount(tile));
        shapes.add(List.of(tiles.queryCount(tile), tiles.endKey(tile) - tiles.firstKey(tile)));
      }
    }

    assertThat(tilesInAll).isGreaterThan(5_000);
    assertThat(heights).containsExactly(64);
    assertThat(shapes).hasSizeLessThan(160);
  }

  @Test
  void windowsBoundTheKeysOfATileHoweverLongTheSequence() {
    AttentionTiles tiles =
        tiles(new Case(12, 100_003, 100_003, MaskConfig.bidirectionalWindow(64), false));

    for (int tile = 0; tile < tiles.count(); tile++) {
      assertThat(tiles.endKey(tile) - tiles.firstKey(tile)).isLessThanOrEqualTo(128 + 128);
      assertThat(tiles.queryCount(tile)).isLessThanOrEqualTo(128);
    }
  }

  private static AttentionTiles tiles(Case given) {
    return AttentionTiles.of(
        given.heads(), given.queries(), given.keys(), given.mask(), given.byQuery());
  }
}

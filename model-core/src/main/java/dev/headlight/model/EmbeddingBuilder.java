package dev.headlight.model;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.nn.EmbeddingTable;
import dev.headlight.nn.InputEmbedding;
import dev.headlight.nn.PatchEmbedding;
import dev.headlight.nn.TokenEmbedding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds token and patch embeddings from their descriptions. */
final class EmbeddingBuilder {
  private final WeightLoader loader;

  EmbeddingBuilder(WeightLoader loader) {
    this.loader = loader;
  }

  InputEmbedding build(EmbeddingConfig config) {
    return config instanceof EmbeddingConfig.Tokens tokens
        ? tokens(tokens)
        : patches((EmbeddingConfig.Patches) config);
  }

  private TokenEmbedding tokens(EmbeddingConfig.Tokens config) {
    EmbeddingTable types = null;
    if (config.tokenTypes().isPresent()) {
      EmbeddingConfig.TokenTypes stored = config.tokenTypes().get();
      types = loader.table(stored.weight(), stored.count(), config.width());
    }
    PackedLinear projection =
        config.projection().isPresent() ? loader.linear(config.projection().get()) : null;
    return new TokenEmbedding(
        loader.table(config.weight(), config.vocabulary(), config.width()),
        (float) config.scale(),
        positions(config),
        types,
        loader.norm(config.norm()),
        projection);
  }

  private TokenEmbedding.LearnedPositions positions(EmbeddingConfig.Tokens config) {
    if (!(config.positions() instanceof EmbeddingConfig.PositionEmbedding.Learned learned)) {
      return null;
    }
    EmbeddingTable table = loader.table(learned.weight(), learned.count(), config.width());
    return new TokenEmbedding.LearnedPositions(table, learned.offset(), learned.paddingId());
  }

  private PatchEmbedding patches(EmbeddingConfig.Patches config) {
    PatchEmbedding.Geometry geometry =
        new PatchEmbedding.Geometry(
            config.channels(), config.imageHeight(), config.imageWidth(), config.patchSize());
    int width = config.projection().outputs();
    List<float[]> leading = new ArrayList<>();
    for (EmbeddingConfig.LeadingToken token : config.leadingTokens()) {
      leading.addAll(rows(loader.floats(token.weight(), token.shape(width)), width));
    }
    PackedLinear projection = loader.linear(config.projection());
    int positioned = config.tokensWithPosition() + geometry.patches();
    List<float[]> stored =
        rows(loader.floats(config.positions(), config.positionShape(positioned, width)), width);
    return new PatchEmbedding(
        geometry,
        projection,
        leading,
        positions(stored, leading.size(), config.tokensWithPosition(), width),
        loader.norm(config.norm()));
  }

  /** One position row per token: leading tokens beyond those with a position get zeros. */
  private static List<float[]> positions(
      List<float[]> stored, int leading, int withPosition, int width) {
    List<float[]> rows = new ArrayList<>(stored.subList(0, withPosition));
    for (int t = withPosition; t < leading; t++) {
      rows.add(new float[width]);
    }
    rows.addAll(stored.subList(withPosition, stored.size()));
    return rows;
  }

  private static List<float[]> rows(float[] values, int width) {
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < values.length; from += width) {
      rows.add(Arrays.copyOfRange(values, from, from + width));
    }
    return rows;
  }
}

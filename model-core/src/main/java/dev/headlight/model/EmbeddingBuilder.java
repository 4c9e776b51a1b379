package dev.headlight.model;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.kernel.PackedLinear;
import dev.headlight.nn.EmbeddingTable;
import dev.headlight.nn.InputEmbedding;
import dev.headlight.nn.PatchCutter;
import dev.headlight.nn.PatchEmbedding;
import dev.headlight.nn.PatchPositions;
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
    if (config.positions() instanceof EmbeddingConfig.PositionEmbedding.Sinusoidal sinusoidal) {
      return new TokenEmbedding.LearnedPositions(
          EmbeddingTable.sinusoidal(sinusoidal.count(), config.width(), sinusoidal.interleaved()),
          0,
          -1);
    }
    if (!(config.positions() instanceof EmbeddingConfig.PositionEmbedding.Learned learned)) {
      return null;
    }
    EmbeddingTable table = loader.table(learned.weight(), learned.count(), config.width());
    return new TokenEmbedding.LearnedPositions(table, learned.offset(), learned.paddingId());
  }

  private PatchEmbedding patches(EmbeddingConfig.Patches config) {
    int width = config.projection().outputs();
    List<float[]> leading = new ArrayList<>();
    for (EmbeddingConfig.LeadingToken token : config.leadingTokens()) {
      leading.addAll(rows(loader.floats(token.weight(), lengths(token.shape())), width));
    }
    EmbeddingConfig.PatchPositions stored = config.positions();
    List<float[]> positions = rows(loader.floats(stored.weight(), lengths(stored.shape())), width);
    // leading tokens beyond those with a position get zeros
    for (int t = stored.leadingTokens(); t < leading.size(); t++) {
      positions.add(t, new float[width]);
    }
    EmbeddingConfig.Size grid = config.grid(config.image().height(), config.image().width());
    return new PatchEmbedding(
        new PatchCutter(config.channels(), config.patch(), config.order()),
        loader.norm(config.inputNorm()),
        loader.linear(config.projection()),
        loader.norm(config.outputNorm()),
        leading,
        new PatchPositions(
            positions.subList(0, leading.size()),
            positions.subList(leading.size(), positions.size()),
            grid,
            stored.resizing()),
        loader.norm(config.norm()));
  }

  private static long[] lengths(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).toArray();
  }

  private static List<float[]> rows(float[] values, int width) {
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < values.length; from += width) {
      rows.add(Arrays.copyOfRange(values, from, from + width));
    }
    return rows;
  }
}

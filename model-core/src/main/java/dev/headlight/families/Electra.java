package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.LinearConfig;
import dev.headlight.config.ModelConfig;
import java.util.Optional;
import java.util.Set;

/**
 * ELECTRA (Clark 2020), discriminator and generator: BERT whose embeddings may be narrower than its
 * hidden states and are then projected.
 */
final class Electra implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("electra");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    int embeddingSize = config.positiveInt("embedding_size", 128);
    BertEncoder encoder =
        BertEncoder.read(config, tensors, "electra.").withEmbeddingSize(embeddingSize);
    int positions = config.positiveInt("max_position_embeddings");
    Optional<LinearConfig> projection =
        embeddingSize == encoder.hiddenSize()
            ? Optional.empty()
            : Optional.of(
                BertEncoder.linear(
                    "embeddings_project",
                    encoder.prefix() + "embeddings_project",
                    embeddingSize,
                    encoder.hiddenSize()));
    return encoder.describe(
        "electra",
        encoder.embedding(Names.positionsFromZero(encoder.positionTable(), positions), projection),
        positions,
        "discriminator_predictions\\..*",
        "generator_predictions\\..*",
        "generator_lm_head\\..*",
        "sequence_summary\\..*");
  }
}

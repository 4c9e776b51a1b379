package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import java.util.Optional;
import java.util.Set;

/** BERT (Devlin 2019): post-norm encoder with learned positions and token types. */
final class Bert implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("bert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    BertEncoder encoder = BertEncoder.read(config, tensors, "bert.");
    int positions = config.positiveInt("max_position_embeddings");
    return encoder.describe(
        "bert",
        encoder.embedding(
            Names.positionsFromZero(encoder.positionTable(), positions), Optional.empty()),
        positions);
  }
}

package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import java.util.Optional;
import java.util.Set;

/**
 * RoBERTa (Liu 2019) and, with other vocabularies, XLM-RoBERTa (Conneau 2020) and CamemBERT (Martin
 * 2020): BERT whose positions start behind the padding id.
 */
final class Roberta implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("roberta", "xlm-roberta", "camembert");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    BertEncoder encoder = BertEncoder.read(config, tensors, "roberta.");
    int positions = config.positiveInt("max_position_embeddings");
    int paddingId = config.intValue("pad_token_id", 1);
    return encoder.describe(
        "roberta",
        encoder.embedding(
            Names.positionsAfterPadding(config, encoder.positionTable(), positions, paddingId),
            Optional.empty()),
        positions - paddingId - 1);
  }
}

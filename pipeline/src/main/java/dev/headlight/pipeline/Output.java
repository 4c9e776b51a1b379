package dev.headlight.pipeline;

import dev.headlight.config.ModelConfig;
import dev.headlight.text.EmbeddingRecipe;
import java.util.List;
import java.util.Optional;

/**
 * Something that can be computed for every row, by the name users ask for it. A new one is one file
 * and one line in {@link Outputs}.
 */
interface Output {
  /** The name users ask for it with. */
  String name();

  /** Asks the forward pass for what this output needs. */
  void request(RequestBuilder request, EncoderOptions options);

  /** The columns it adds; none where the model or the request has nothing to show. */
  List<OutputColumn> columns(Context context);

  /** Whether it can be computed of a text that is read as several windows. */
  default boolean poolsWindows() {
    return false;
  }

  /**
   * What columns depend on.
   *
   * @param request everything that is asked of the forward pass
   * @param decodes whether examples have a decoder input
   * @param embedding how hidden states become embeddings, if embeddings are asked for
   * @param quantizer what numbers embeddings become
   */
  record Context(
      ModelConfig config,
      EncoderOptions options,
      RequestBuilder request,
      boolean decodes,
      Optional<EmbeddingRecipe> embedding,
      EmbeddingQuantizer quantizer) {}
}

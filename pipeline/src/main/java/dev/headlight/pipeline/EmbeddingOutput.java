package dev.headlight.pipeline;

import dev.headlight.text.EmbeddingRecipe;
import java.util.List;

/** {@code embedding}: the last hidden states pooled to one vector, as the checkpoint says. */
final class EmbeddingOutput implements Output {
  static final String NAME = "embedding";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.lastHiddenState();
  }

  @Override
  public boolean poolsWindows() {
    return true;
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    EmbeddingRecipe recipe = context.embedding().orElseThrow();
    EmbeddingQuantizer quantizer = context.quantizer();
    return List.of(
        new OutputColumn(
            NAME,
            quantizer.type(),
            output -> TablePayload.floats(recipe.embedWindows(output.windows())),
            payload ->
                quantizer.apply(
                    Bridge.call(TableCodec.class, "vector", EmbeddingQuantizer.FLOATS, payload)),
            Cost.perSequence((long) recipe.width() * Float.BYTES)));
  }
}

package dev.headlight.pipeline;

import dev.headlight.text.EmbeddingRecipe;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;

/** {@code embedding}: the last hidden states pooled to one vector, as the checkpoint says. */
final class EmbeddingOutput implements Output {
  static final String NAME = "embedding";
  private static final ArrayType TYPE = DataTypes.createArrayType(DataTypes.FloatType, false);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.lastHiddenState();
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    EmbeddingRecipe recipe = context.embedding().orElseThrow();
    return List.of(
        new OutputColumn(
            NAME,
            TYPE,
            output -> TablePayload.floats(recipe.embed(output.output())),
            payload -> Bridge.call(TableCodec.class, "vector", TYPE, payload),
            Cost.perSequence((long) recipe.width() * Float.BYTES)));
  }
}

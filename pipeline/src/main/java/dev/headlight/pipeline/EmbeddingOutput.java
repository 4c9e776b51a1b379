package dev.headlight.pipeline;

import dev.headlight.text.EmbeddingModule;
import dev.headlight.text.Pooling;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;

/** {@code embedding}: the last hidden states pooled to one vector. */
final class EmbeddingOutput implements Output {
  @Override
  public String name() {
    return "embedding";
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.lastHiddenState();
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    EncoderOptions options = context.options();
    int width = context.config().hiddenSize();
    int dimension = options.truncateDim() == 0 ? width : options.truncateDim();
    if (dimension > width) {
      throw new ConfigurationException(
          "truncate-dim: expected at most %d, the width of this model's embeddings, found %d"
              .formatted(width, dimension));
    }
    Pooling pooling = pooling(context);
    boolean normalize = options.normalize();
    return List.of(
        new OutputColumn(
            name(),
            DataTypes.createArrayType(DataTypes.FloatType, false),
            output -> {
              var states = output.output();
              float[] pooled =
                  pooling.pool(states.lastHiddenState(), states.tokens(), states.width());
              float[] cut = Arrays.copyOf(pooled, dimension);
              return TablePayload.floats(
                  normalize ? new EmbeddingModule.Normalize().apply(cut) : cut);
            },
            payload ->
                Bridge.call(
                    TableCodec.class,
                    "vector",
                    DataTypes.createArrayType(DataTypes.FloatType, false),
                    payload),
            Cost.perSequence((long) dimension * Float.BYTES)));
  }

  private static Pooling pooling(Context context) {
    String name = context.options().pooling();
    try {
      return Pooling.named(name.equals("auto") ? context.config().pooling() : name);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage(), e);
    }
  }
}

package dev.headlight.pipeline;

import java.util.List;
import org.apache.spark.sql.types.ArrayType;

/**
 * {@code attentions}: the attention weights themselves, per head; null for a sequence over the
 * limit.
 */
final class AttentionsOutput implements Output {
  private static final ArrayType TYPE =
      StatisticsSchema.perHead("weights", HiddenStateColumns.MATRIX);

  @Override
  public String name() {
    return "attentions";
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    if (options.maxAttentionTokens() == 0) {
      throw new ConfigurationException(
          "max-attention-tokens: expected 1 or more, since the output attentions is asked for, found 0");
    }
    request.attentions(options.maxAttentionTokens());
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    long heads = ModelShape.of(context).heads();
    int limit = context.options().maxAttentionTokens();
    return List.of(
        new OutputColumn(
            name(),
            TYPE,
            output -> output.statistics().attentions().map(TablePayload::attentions).orElse(null),
            payload -> Bridge.call(TableCodec.class, "headMatrices", TYPE, payload),
            Cost.perPair(heads * Float.BYTES, limit)));
  }
}

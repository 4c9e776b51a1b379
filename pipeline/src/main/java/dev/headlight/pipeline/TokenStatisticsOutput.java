package dev.headlight.pipeline;

import dev.headlight.statistics.StatisticCatalogue;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;

/** {@code token_statistics}: per head, the attention that each key position receives. */
final class TokenStatisticsOutput implements Output {
  private static final ArrayType TYPE =
      StatisticsSchema.perHead(
          "received_attention", DataTypes.createArrayType(DataTypes.FloatType, true));

  @Override
  public String name() {
    return StatisticCatalogue.TOKEN_STATISTICS;
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.statistics(Set.of(StatisticCatalogue.TOKEN_STATISTICS));
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    long heads = ModelShape.of(context).heads();
    return List.of(
        new OutputColumn(
            name(),
            TYPE,
            output -> TablePayload.receivedAttention(output.statistics().received()),
            payload -> Bridge.call(TableCodec.class, "headVectors", TYPE, payload),
            Cost.perSequence(heads * 4 * Integer.BYTES).plus(Cost.perToken(heads * Float.BYTES))));
  }
}

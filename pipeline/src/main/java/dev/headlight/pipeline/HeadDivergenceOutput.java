package dev.headlight.pipeline;

import dev.headlight.statistics.StatisticCatalogue;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.ArrayType;

/** {@code head_divergence}: per layer, the divergence between every two heads. */
final class HeadDivergenceOutput implements Output {
  private static final ArrayType TYPE =
      StatisticsSchema.perLayer("divergence", HiddenStateColumns.MATRIX);

  @Override
  public String name() {
    return StatisticCatalogue.HEAD_DIVERGENCE;
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.statistics(Set.of(StatisticCatalogue.HEAD_DIVERGENCE));
  }

  @Override
  public boolean poolsWindows() {
    return true;
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    return List.of(
        new OutputColumn(
            name(),
            TYPE,
            output -> TablePayload.divergences(output.statistics().divergences()),
            payload -> Bridge.call(TableCodec.class, "layerMatrices", TYPE, payload),
            Cost.perSequence(ModelShape.of(context).headPairs() * Float.BYTES)));
  }
}

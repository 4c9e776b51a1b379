package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.lit;

import dev.headlight.statistics.StatisticCatalogue;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;

/** {@code layer_statistics}: one struct per stack and hidden state. */
final class LayerStatisticsOutput implements Output {
  @Override
  public String name() {
    return "layer_statistics";
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.statistics(
        Outputs.statisticGroups(options).stream()
            .filter(StatisticCatalogue::isLayerGroup)
            .toList());
  }

  @Override
  public boolean poolsWindows() {
    return true;
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    List<String> statistics = StatisticCatalogue.layerColumns(context.request().statistics());
    if (statistics.isEmpty()) {
      return List.of();
    }
    ArrayType type = StatisticsSchema.perLayer(statistics);
    int count = statistics.size();
    long bytes = ModelShape.of(context).hiddenStates() * (2L + count) * Float.BYTES;
    return List.of(
        new OutputColumn(
            name(),
            type,
            output -> TablePayload.layerStatistics(output.statistics().layers()),
            payload -> Bridge.call(TableCodec.class, "layerStatistics", type, payload, lit(count)),
            Cost.perSequence(bytes)));
  }
}

package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.lit;

import dev.headlight.statistics.StatisticCatalogue;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;

/** {@code attention_statistics}: one struct per attention, layer and head. */
final class AttentionStatisticsOutput implements Output {
  @Override
  public String name() {
    return "attention_statistics";
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.statistics(Outputs.headGroups(options));
  }

  @Override
  public boolean poolsWindows() {
    return true;
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    List<String> statistics = StatisticCatalogue.headColumns(context.request().statistics());
    if (statistics.isEmpty()) {
      return List.of();
    }
    ArrayType type = StatisticsSchema.perHead(statistics);
    int count = statistics.size();
    long bytes = ModelShape.of(context).heads() * (3L + count) * Float.BYTES;
    return List.of(
        new OutputColumn(
            name(),
            type,
            output -> TablePayload.headStatistics(output.statistics().heads()),
            payload -> Bridge.call(TableCodec.class, "headStatistics", type, payload, lit(count)),
            Cost.perSequence(bytes)));
  }
}

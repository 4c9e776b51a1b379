package dev.headlight.pipeline;

import dev.headlight.statistics.StatisticCatalogue;
import java.util.List;
import java.util.Set;

/** {@code rollout} {@code [T][T]}: attention rollout after the last layer. */
final class RolloutOutput implements Output {
  @Override
  public String name() {
    return StatisticCatalogue.ROLLOUT;
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.statistics(Set.of(StatisticCatalogue.ROLLOUT));
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    return List.of(
        new OutputColumn(
            name(),
            HiddenStateColumns.MATRIX,
            output -> output.statistics().rollout().map(TablePayload::floats).orElse(null),
            payload ->
                Bridge.call(TableCodec.class, "squareMatrix", HiddenStateColumns.MATRIX, payload),
            Cost.perPair(Float.BYTES, StatisticCatalogue.ROLLOUT_MAX_TOKENS)));
  }
}

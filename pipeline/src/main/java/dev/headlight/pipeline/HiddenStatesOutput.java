package dev.headlight.pipeline;

import dev.headlight.config.StackConfig;
import dev.headlight.model.ForwardOutput.StackOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code hidden_states} {@code [L+1][T][d]}: the embedding output and the raw output of every
 * selected block; {@code decoder_hidden_states} where a decoder runs.
 */
final class HiddenStatesOutput implements Output {
  @Override
  public String name() {
    return "hidden_states";
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.hiddenStates();
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    List<OutputColumn> columns = new ArrayList<>();
    columns.add(
        column(
            context,
            name(),
            context.config().stack(),
            output -> TablePayload.matrices(output.output().hiddenStates())));
    if (context.decodes()) {
      columns.add(
          column(
              context,
              "decoder_" + name(),
              context.config().decoder().orElseThrow(),
              output ->
                  output
                      .decoderOutput()
                      .map(StackOutput::hiddenStates)
                      .map(TablePayload::matrices)
                      .orElse(null)));
    }
    return columns;
  }

  private static OutputColumn column(
      Context context, String name, StackConfig stack, OutputColumn.Payload payload) {
    int layers = stack.blocks().size();
    int selected =
        (int) IntStream.range(0, layers).filter(context.request().build()::selects).count();
    Cost cost = Cost.perToken((1L + selected) * stack.hiddenSize() * Float.BYTES);
    return HiddenStateColumns.matrices(
        context.options().matrixFormat(), name, 1 + selected, stack.hiddenSize(), payload, cost);
  }
}

package dev.headlight.pipeline;

import dev.headlight.config.StackConfig;
import dev.headlight.model.ForwardOutput.StackOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code last_hidden_state} {@code [T][d]}, final norm applied, and {@code
 * decoder_last_hidden_state} where a decoder runs.
 */
final class LastHiddenStateOutput implements Output {
  @Override
  public String name() {
    return "last_hidden_state";
  }

  @Override
  public void request(RequestBuilder request, EncoderOptions options) {
    request.lastHiddenState();
  }

  @Override
  public List<OutputColumn> columns(Context context) {
    List<OutputColumn> columns = new ArrayList<>();
    StackConfig stack = context.config().stack();
    columns.add(
        column(
            context,
            name(),
            stack.hiddenSize(),
            output -> TablePayload.floats(output.output().lastHiddenState())));
    if (context.decodes()) {
      int width = context.config().decoder().orElseThrow().hiddenSize();
      columns.add(
          column(
              context,
              "decoder_" + name(),
              width,
              output ->
                  output
                      .decoderOutput()
                      .map(StackOutput::lastHiddenState)
                      .map(TablePayload::floats)
                      .orElse(null)));
    }
    return columns;
  }

  private static OutputColumn column(
      Context context, String name, int width, OutputColumn.Payload payload) {
    Cost cost = Cost.perToken((long) width * Float.BYTES);
    return HiddenStateColumns.matrix(context.options().matrixFormat(), name, width, payload, cost);
  }
}

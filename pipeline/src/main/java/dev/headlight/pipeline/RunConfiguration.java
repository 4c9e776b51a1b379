package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The options of a run as {@code run.json} tells them, by the names that users write. */
final class RunConfiguration {
  private RunConfiguration() {}

  static ObjectNode of(RunOptions options) {
    ObjectMapper json = new ObjectMapper();
    ObjectNode node = json.createObjectNode();
    node.put("model", options.model());
    node.put("input", options.input());
    node.put("output", options.output());
    node.put("input-format", options.inputFormat());
    node.put("input-type", options.inputOptions().type());
    node.put("input-column", options.inputOptions().column().orElse(null));
    node.put("pair-column", options.inputOptions().pairColumn().orElse(null));
    node.put("id-column", options.idColumn().orElse(null));
    node.set("keep", json.valueToTree(options.keep()));
    EncoderOptions encoder = options.encoder();
    node.set("outputs", json.valueToTree(encoder.outputs()));
    node.set("statistics", json.valueToTree(encoder.statistics()));
    node.set("layers", json.valueToTree(encoder.layers()));
    node.put("precision", encoder.precision());
    node.put("kernels", encoder.kernels());
    node.put("pooling", encoder.pooling());
    node.put("prompt-name", encoder.promptName().orElse(null));
    node.put("prompt", encoder.prompt().orElse(null));
    node.put("normalize", encoder.normalize());
    node.put("truncate-dim", encoder.truncateDim());
    node.put("embedding-precision", EncoderOptions.text(encoder.embeddingFormat().precision()));
    node.put("embedding-ranges", encoder.embeddingFormat().ranges().orElse(null));
    node.put("max-tokens", encoder.maxTokens());
    node.put("on-too-long", EncoderOptions.text(encoder.onTooLong()));
    node.put("window-overlap", encoder.windowOverlap());
    node.put("on-error", EncoderOptions.text(options.onError()));
    node.put("batch-tokens", encoder.batchTokens());
    node.put("format", options.format());
    node.put("matrix-format", EncoderOptions.text(encoder.matrixFormat()));
    node.put("max-attention-tokens", encoder.maxAttentionTokens());
    node.put("weights", EncoderOptions.text(encoder.weights()));
    node.put("partitions", options.partitions());
    node.put("summary-by", options.summaryBy().orElse(null));
    node.put("examples", options.examples().count());
    node.set("example-ids", json.valueToTree(options.examples().ids()));
    return node;
  }
}

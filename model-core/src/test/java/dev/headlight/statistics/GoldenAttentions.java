package dev.headlight.statistics;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The attentions of one run of a test checkpoint, as the reference model computed them. */
record GoldenAttentions(
    GoldenCase golden, String run, JsonNode description, Tensors inputs, Tensors expected) {

  static Stream<GoldenAttentions> all() {
    return Goldens.allWithRuns().stream()
        .flatMap(golden -> golden.runs().stream().map(run -> of(golden, run)));
  }

  private static GoldenAttentions of(GoldenCase golden, String run) {
    return new GoldenAttentions(
        golden, run, golden.description(), golden.inputs(run), golden.expected(run));
  }

  boolean encoderDecoder() {
    return description.path("encoder_decoder").asBoolean();
  }

  List<String> attentions() {
    return encoderDecoder() ? List.of("encoder", "decoder", "cross") : List.of("self");
  }

  /** The stacks whose hidden states are known. */
  List<String> stacks() {
    return encoderDecoder() ? List.of("encoder", "decoder") : List.of("self");
  }

  /** Prefix of the arrays of statistics. */
  String statisticsPrefix(String attention) {
    return encoderDecoder() ? attention + "." : "";
  }

  private String tensorPrefix(String attention) {
    return encoderDecoder() ? attention + "_" : "";
  }

  int layers(String attention) {
    int layers = 0;
    while (expected.has(tensorPrefix(attention) + "attentions." + layers)) {
      layers++;
    }
    return layers;
  }

  int heads(String attention) {
    return (int) expected.shape(tensorPrefix(attention) + "attentions.0")[1];
  }

  int sequences() {
    String first = tensorPrefix(attentions().get(0)) + "attentions.0";
    return (int) expected.shape(first)[0];
  }

  /** {@code [B]}: tokens that are not padding. */
  int[] lengths(String attention) {
    String mask = attention.equals("decoder") ? "decoder_attention_mask" : "attention_mask";
    int padded = paddedLength(attention);
    int[] lengths = new int[sequences()];
    Arrays.fill(lengths, padded);
    if (inputs.has(mask)) {
      long[] ones = inputs.longs(mask);
      for (int s = 0; s < lengths.length; s++) {
        lengths[s] = (int) Arrays.stream(ones, s * padded, (s + 1) * padded).sum();
      }
    }
    return lengths;
  }

  private int paddedLength(String stack) {
    return (int) expected.shape(tensorPrefix(stack) + "attentions.0")[2];
  }

  BatchDescription batch() {
    List<BatchDescription.Side> sides = new ArrayList<>();
    for (String attention : attentions()) {
      boolean cross = attention.equals("cross");
      sides.add(
          cross
              ? BatchDescription.Side.ofCross(
                  heads(attention), lengths("decoder"), lengths("encoder"), tokens("encoder"))
              : BatchDescription.Side.ofSelf(
                  attention, heads(attention), lengths(attention), tokens(attention)));
    }
    return new BatchDescription(sequences(), sides);
  }

  private List<BatchDescription.Tokens> tokens(String attention) {
    return tokenIds(attention).stream().map(BatchDescription.Tokens::ofIds).toList();
  }

  private List<int[]> tokenIds(String attention) {
    String name = attention.equals("decoder") ? "decoder_input_ids" : "input_ids";
    int[] lengths = lengths(attention);
    List<int[]> tokens = new ArrayList<>();
    for (int s = 0; s < lengths.length; s++) {
      if (!inputs.has(name)) {
        tokens.add(new int[0]);
        continue;
      }
      int start = s * paddedLength(attention);
      tokens.add(
          Arrays.stream(inputs.longs(name), start, start + lengths[s])
              .mapToInt(id -> (int) id)
              .toArray());
    }
    return tokens;
  }

  /** Weights of one layer and sequence without the padding. */
  SequenceAttention attention(String attention, int layer, int sequence) {
    boolean cross = attention.equals("cross");
    String name = tensorPrefix(attention) + "attentions." + layer;
    long[] shape = expected.shape(name);
    int queries = lengths(cross ? "decoder" : attention)[sequence];
    int keys = lengths(cross ? "encoder" : attention)[sequence];
    float[] padded = expected.floats(name);
    float[] weights = new float[heads(attention) * queries * keys];
    for (int row = 0; row < heads(attention) * queries; row++) {
      long source = ((long) sequence * heads(attention) + row / queries) * shape[2] + row % queries;
      System.arraycopy(padded, (int) (source * shape[3]), weights, row * keys, keys);
    }
    int[] from = new int[queries];
    int[] to = new int[queries];
    for (int i = 0; i < queries; i++) {
      from[i] = firstKey(attention, layer, i);
      to[i] = endKey(attention, layer, i, keys);
    }
    return new SequenceAttention(heads(attention), queries, keys, weights, from, to);
  }

  private boolean causal(String attention, int layer) {
    return encoderDecoder()
        ? attention.equals("decoder")
        : description.path("visible").path(layer).path("causal").asBoolean();
  }

  private int window(int layer) {
    return description.path("visible").path(layer).path("window").asInt(0);
  }

  private int firstKey(String attention, int layer, int query) {
    int window = window(layer);
    if (window == 0) {
      return 0;
    }
    return Math.max(0, query - window + (causal(attention, layer) ? 1 : 0));
  }

  private int endKey(String attention, int layer, int query, int keys) {
    if (causal(attention, layer)) {
      return query + 1;
    }
    return window(layer) == 0 ? keys : Math.min(keys, query + window(layer) + 1);
  }

  /** Hands everything to a collector, layer by layer, in tiles cut at random. */
  List<SequenceStatistics> collect(StatisticsRequest request, Random random) {
    StatisticsCollector collector = StatisticsCollector.of(request, batch());
    for (String attention : attentions()) {
      for (int layer = 0; layer < layers(attention); layer++) {
        for (int s = 0; s < sequences(); s++) {
          attention(attention, layer, s).feed(collector.attention(attention, layer), s, random);
        }
      }
    }
    return collector.finish();
  }

  /** The name of the last entry of the hidden states of a stack, as raw output, if it is there. */
  String finalNormInput(String stack) {
    return tensorPrefix(stack) + "final_norm_input";
  }

  String hiddenState(String stack, int layer) {
    return tensorPrefix(stack) + "hidden_states." + layer;
  }

  @Override
  public String toString() {
    return golden + " " + run;
  }
}

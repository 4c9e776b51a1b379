package dev.headlight.families;

import dev.headlight.model.Example;
import dev.headlight.model.Sequence;
import dev.headlight.testing.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The unpadded examples of one run of a test checkpoint. */
final class GoldenRun {
  private final Tensors inputs;

  GoldenRun(Tensors inputs) {
    this.inputs = inputs;
  }

  List<Example> examples() {
    if (inputs.has("pixel_values")) {
      return images();
    }
    List<Example> examples = new ArrayList<>();
    for (int b = 0; b < batch(); b++) {
      Optional<Sequence> decoder = decoder(b);
      examples.add(
          new Example(sequence(b, "input_ids", "inputs_embeds", "attention_mask"), decoder));
    }
    return examples;
  }

  private int batch() {
    return (int) inputs.shape(inputs.has("input_ids") ? "input_ids" : "inputs_embeds")[0];
  }

  private Optional<Sequence> decoder(int b) {
    boolean decodes = inputs.has("decoder_input_ids") || inputs.has("decoder_inputs_embeds");
    return decodes
        ? Optional.of(
            sequence(b, "decoder_input_ids", "decoder_inputs_embeds", "decoder_attention_mask"))
        : Optional.empty();
  }

  private Sequence sequence(int b, String ids, String embeds, String mask) {
    if (inputs.has(ids)) {
      int length = length(b, (int) inputs.shape(ids)[1], mask);
      int[] types =
          inputs.has("token_type_ids") && ids.equals("input_ids")
              ? row("token_type_ids", b, length)
              : new int[0];
      return new Sequence.Tokens(row(ids, b, length), types);
    }
    int padded = (int) inputs.shape(embeds)[1];
    int width = (int) inputs.shape(embeds)[2];
    int length = length(b, padded, mask);
    float[] values = inputs.floats(embeds);
    int start = b * padded * width;
    return new Sequence.Embeddings(
        Arrays.copyOfRange(values, start, start + length * width), length);
  }

  /** Padding is on the right everywhere. */
  private int length(int b, int padded, String mask) {
    if (!inputs.has(mask)) {
      return padded;
    }
    long[] values = inputs.longs(mask);
    int length = 0;
    for (int t = 0; t < padded; t++) {
      length += (int) values[b * padded + t];
    }
    return length;
  }

  private int[] row(String name, int b, int length) {
    int padded = (int) inputs.shape(name)[1];
    long[] values = inputs.longs(name);
    int[] row = new int[length];
    for (int t = 0; t < length; t++) {
      row[t] = (int) values[b * padded + t];
    }
    return row;
  }

  private List<Example> images() {
    long[] shape = inputs.shape("pixel_values");
    int size = (int) (shape[1] * shape[2] * shape[3]);
    float[] values = inputs.floats("pixel_values");
    List<Example> examples = new ArrayList<>();
    for (int b = 0; b < shape[0]; b++) {
      float[] image = Arrays.copyOfRange(values, b * size, (b + 1) * size);
      examples.add(
          Example.of(new Sequence.Pixels(image, (int) shape[1], (int) shape[2], (int) shape[3])));
    }
    return examples;
  }
}

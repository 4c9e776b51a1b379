package dev.headlight.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import dev.headlight.testing.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A complete folder of sentence-transformers with the ids and embeddings it gives. */
record SentenceTransformerCase(GoldenCase golden) {

  static Stream<SentenceTransformerCase> all() {
    return Goldens.cases(Goldens.SENTENCE_TRANSFORMERS).stream().map(SentenceTransformerCase::new);
  }

  static SentenceTransformerCase named(String name) {
    return new SentenceTransformerCase(Goldens.get(Goldens.SENTENCE_TRANSFORMERS, name));
  }

  List<String> texts() {
    return StreamSupport.stream(golden.json("texts.json").spliterator(), false)
        .map(JsonNode::textValue)
        .toList();
  }

  Tensors expected() {
    return golden.tensors("expected.safetensors");
  }

  /** The names of prompts with expected values. */
  List<String> promptNames() {
    List<String> names = new ArrayList<>();
    for (String tensor : expected().names()) {
      if (tensor.startsWith("prompt.") && tensor.endsWith(".offsets")) {
        names.add(tensor.substring("prompt.".length(), tensor.length() - ".offsets".length()));
      }
    }
    return names;
  }

  /**
   * The ids of each text.
   *
   * @param prefix empty, or {@code prompt.NAME.}
   */
  List<int[]> ids(String prefix) {
    long[] offsets = expected().longs(prefix + "offsets");
    long[] ids = expected().longs(prefix + "input_ids");
    List<int[]> perText = new ArrayList<>();
    for (int text = 0; text + 1 < offsets.length; text++) {
      perText.add(
          Arrays.stream(ids, (int) offsets[text], (int) offsets[text + 1])
              .mapToInt(Math::toIntExact)
              .toArray());
    }
    return perText;
  }

  @Override
  public String toString() {
    return golden.name();
  }
}

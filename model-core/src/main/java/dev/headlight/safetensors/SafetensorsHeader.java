package dev.headlight.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The JSON header of a safetensors file: {@code {"NAME": {"dtype": "F16", "shape": [2, 3],
 * "data_offsets": [0, 12]}, ...}} with an optional {@code "__metadata__"} of strings.
 *
 * @param entries by name, in the order of the text
 */
record SafetensorsHeader(Map<String, Entry> entries) {
  /** More than any checkpoint has, and little enough to hold. */
  private static final int MAX_TENSORS = 1_000_000;

  /** As many as PyTorch allows. */
  private static final int MAX_DIMENSIONS = 64;

  private static final String METADATA = "__metadata__";

  /** A tensor as the header describes it; its offsets count from the end of the header. */
  record Entry(String name, DType dtype, List<Long> shape, long begin, long end) {}

  /**
   * @param file as messages name it
   * @param text the header without its length
   * @throws CheckpointException if the text is not such a header; what it says of the data is not
   *     yet checked
   */
  static SafetensorsHeader parse(String file, byte[] text) {
    if (text[0] != '{') {
      throw new CheckpointException(
          "%s: expected a header that begins with '{', found '%s'. The file is not in the safetensors format, or damaged: fetch it again."
              .formatted(file, Excerpt.of(String.valueOf((char) Byte.toUnsignedInt(text[0])))));
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Set<String> keys = new HashSet<>();
    JsonText.readObject(
        file + ", header",
        text,
        (key, parser) -> {
          requireNew(file, keys, key);
          if (key.equals(METADATA)) {
            checkMetadata(file, parser);
          } else {
            entries.put(key, entry(file, key, parser));
          }
          if (entries.size() > MAX_TENSORS) {
            throw new CheckpointException(
                "%s: expected at most %d tensors, found more.".formatted(file, MAX_TENSORS));
          }
        });
    return new SafetensorsHeader(entries);
  }

  private static void requireNew(String file, Set<String> keys, String key) {
    if (!keys.add(key)) {
      throw new CheckpointException(
          "%s: expected each key of the header once, found '%s' twice. The file is damaged: fetch it again."
              .formatted(file, Excerpt.of(key)));
    }
  }

  private static void checkMetadata(String file, JsonParser parser) throws IOException {
    Set<String> keys = new HashSet<>();
    JsonText.readFields(
        file + ", " + METADATA,
        parser,
        (key, value) -> {
          requireNew(file, keys, key);
          JsonText.string("%s, %s '%s'".formatted(file, METADATA, Excerpt.of(key)), value);
        });
  }

  private static Entry entry(String file, String name, JsonParser parser) throws IOException {
    String what = "%s, tensor '%s'".formatted(file, Excerpt.of(name));
    Set<String> keys = new HashSet<>();
    Fields fields = new Fields(what);
    JsonText.readFields(
        what,
        parser,
        (key, value) -> {
          requireNew(what, keys, key);
          fields.read(key, value);
        });
    List<Long> offsets = fields.present("data_offsets", fields.offsets);
    if (offsets.size() != 2) {
      throw new CheckpointException(
          "%s: expected data_offsets [begin, end], found %s. The file is damaged: fetch it again."
              .formatted(what, offsets));
    }
    return new Entry(
        name,
        fields.present("dtype", fields.dtype),
        fields.present("shape", fields.shape),
        offsets.get(0),
        offsets.get(1));
  }

  /** The fields of one entry while it is read. */
  private static final class Fields {
    private final String what;
    private Optional<DType> dtype = Optional.empty();
    private Optional<List<Long>> shape = Optional.empty();
    private Optional<List<Long>> offsets = Optional.empty();

    private Fields(String what) {
      this.what = what;
    }

    private void read(String key, JsonParser parser) throws IOException {
      switch (key) {
        case "dtype" -> dtype = Optional.of(dtype(parser));
        case "shape" -> shape = Optional.of(counts(key, parser));
        case "data_offsets" -> offsets = Optional.of(counts(key, parser));
        default -> parser.skipChildren(); // the format's own reader passes over other fields
      }
    }

    private <T> T present(String key, Optional<T> value) {
      return value.orElseThrow(
          () ->
              new CheckpointException(
                  "%s: expected the fields dtype, shape and data_offsets, found no %s. The file is damaged: fetch it again."
                      .formatted(what, key)));
    }

    private DType dtype(JsonParser parser) throws IOException {
      String name = JsonText.string(what + ", dtype", parser);
      return DType.byName(name)
          .orElseThrow(
              () ->
                  new CheckpointException(
                      "%s: expected a dtype of the safetensors format %s, found '%s'."
                          .formatted(what, List.of(DType.values()), Excerpt.of(name))));
    }

    private List<Long> counts(String key, JsonParser parser) throws IOException {
      String field = what + ", " + key;
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw JsonText.unexpected(field, "an array of whole numbers", parser);
      }
      List<Long> counts = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        counts.add(JsonText.count(field, parser));
        if (counts.size() > MAX_DIMENSIONS) {
          throw new CheckpointException(
              "%s: expected at most %d numbers, found more.".formatted(field, MAX_DIMENSIONS));
        }
      }
      return counts;
    }
  }
}

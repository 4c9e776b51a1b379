package dev.headlight.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads the untrusted JSON of headers and indexes token by token, with bounds on nesting and on the
 * length of names, so that no more memory is taken than the text itself calls for.
 */
final class JsonText {
  static final int MAX_NAME_LENGTH = 4096;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NUMBER_LENGTH = 100;

  private JsonText() {}

  /** What is read of an object: called with the parser at each value, and the value's key. */
  interface Field {
    void read(String key, JsonParser parser) throws IOException;
  }

  /**
   * Reads a text that is one JSON object.
   *
   * @param what the file and its part, as messages name it
   * @throws CheckpointException if the text is not UTF-8, not JSON, or not one object
   */
  static void readObject(String what, byte[] text, Field field) {
    // Not Jackson's own decoding, which would take a text with zero bytes for UTF-16 or UTF-32.
    InputStreamReader reader =
        new InputStreamReader(
            new ByteArrayInputStream(text),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    try (JsonParser parser = factory(text.length).createParser(reader)) {
      parser.nextToken();
      readFields(what, parser, field);
      if (parser.nextToken() != null) {
        throw new CheckpointException(
            "%s: expected one JSON object, found more text after its end. The file is damaged: fetch it again."
                .formatted(what));
      }
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: expected JSON, found text that cannot be read as such (%s). The file is damaged or not what its name says: fetch it again."
              .formatted(what, Excerpt.of(String.valueOf(e.getMessage()))),
          e);
    }
  }

  /** Reads the object at which the parser stands. */
  static void readFields(String what, JsonParser parser, Field field) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw unexpected(what, "a JSON object", parser);
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      field.read(key, parser);
    }
  }

  static String string(String what, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw unexpected(what, "a string", parser);
    }
    return parser.getText();
  }

  /** The non-negative whole number at which the parser stands. */
  static long count(String what, JsonParser parser) throws IOException {
    boolean whole =
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    if (!whole || parser.getLongValue() < 0) {
      throw unexpected(what, "a whole number from 0 to 2^63 - 1", parser);
    }
    return parser.getLongValue();
  }

  static CheckpointException unexpected(String what, String expected, JsonParser parser)
      throws IOException {
    JsonToken token = parser.currentToken();
    String found =
        token == null
            ? "nothing"
            : token.isScalarValue() ? "'" + Excerpt.of(parser.getText()) + "'" : nameOf(token);
    return new CheckpointException(
        "%s: expected %s, found %s. The file is damaged: fetch it again."
            .formatted(what, expected, found));
  }

  private static String nameOf(JsonToken token) {
    return token.isStructStart()
        ? (token == JsonToken.START_ARRAY ? "an array" : "an object")
        : "the end of it";
  }

  private static JsonFactory factory(int length) {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxNameLength(MAX_NAME_LENGTH)
            .maxStringLength(Math.max(1, length))
            .build();
    // Names are not kept in Jackson's shared table, which collisions made on purpose would slow
    // down.
    return JsonFactory.builder()
        .streamReadConstraints(constraints)
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }
}

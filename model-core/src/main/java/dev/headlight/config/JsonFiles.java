package dev.headlight.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.Excerpt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the untrusted JSON files of a checkpoint folder as trees: bounded, each key once, no NaN or
 * infinity.
 */
public final class JsonFiles {
  private static final int MAX_BYTES = 8 << 20;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NUMBER_LENGTH = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .maxStringLength(MAX_BYTES)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFiles() {}

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is missing, too long, or not well-formed
   */
  public static JsonNode read(CheckpointFolder folder, String file) throws IOException {
    String location = folder.locationOf(file);
    if (!folder.exists(file)) {
      throw new CheckpointException(
          "%s: expected this file, found none. Check that the path names a checkpoint folder and that it was fetched whole."
              .formatted(location));
    }
    return parse(location, folder.readAll(file, MAX_BYTES));
  }

  /**
   * Reads the content of a file.
   *
   * @param location where it is from, for messages
   * @throws CheckpointException if it is too long or not well-formed
   */
  public static JsonNode parse(String location, byte[] text) {
    try {
      return parse(
          location, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString());
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          "%s: expected JSON in UTF-8, found other bytes. The file is damaged: fetch it again."
              .formatted(location),
          e);
    }
  }

  static JsonNode parse(String location, String text) {
    if (text.length() > MAX_BYTES) {
      throw new CheckpointException(
          "%s: expected at most %d characters, found %d."
              .formatted(location, MAX_BYTES, text.length()));
    }
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "%s: expected JSON, found text that cannot be read as such at line %d (%s). Correct the file or fetch it again."
              .formatted(
                  location,
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  Excerpt.of(e.getOriginalMessage())),
          e);
    }
  }
}

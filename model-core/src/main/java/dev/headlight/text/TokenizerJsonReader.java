package dev.headlight.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads what Headlight itself needs of a {@code tokenizer.json} token by token, since vocabularies
 * have hundreds of thousands of entries; the rest is for Hugging Face's library to understand.
 */
final class TokenizerJsonReader {
  /** Deeper than the library reads. */
  private static final int MAX_DEPTH = 128;

  private static final int MAX_NAME_LENGTH = 1 << 20;
  private static final int MAX_NUMBER_LENGTH = 100;

  private final String location;
  private final String json;
  private final Set<String> wanted;
  private final Map<String, TokenizerJson.Section> sections = new HashMap<>();
  private final TreeMap<String, Integer> ids = new TreeMap<>();
  private final TreeSet<Integer> special = new TreeSet<>();
  private String unkToken;
  private int unkId = -1;

  private TokenizerJsonReader(String location, String json, Set<String> wanted) {
    this.location = location;
    this.json = json;
    this.wanted = wanted;
  }

  /**
   * Reads the text of a file.
   *
   * @param wanted the tokens whose ids are looked up
   * @throws CheckpointException if it is not the description of a tokenizer
   */
  static TokenizerJson read(String location, String json, Set<String> wanted) {
    TokenizerJsonReader reader = new TokenizerJsonReader(location, json, wanted);
    try (JsonParser parser = factory(json.length()).createParser(json)) {
      reader.readFile(parser);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          "%s: expected JSON, found text that cannot be read as such at line %d (%s). The file is damaged or not what its name says: fetch it again."
              .formatted(
                  location,
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  Excerpt.of(e.getOriginalMessage())),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return reader.result();
  }

  private TokenizerJson result() {
    Optional<Integer> unknown =
        unkId >= 0
            ? Optional.of(unkId)
            : Optional.ofNullable(unkToken).map(token -> ids.get(token));
    ids.keySet().retainAll(wanted);
    return new TokenizerJson(json, sections, ids, special, unknown);
  }

  private void readFile(JsonParser parser) throws IOException {
    expect(parser.nextToken() == JsonToken.START_OBJECT, "one JSON object");
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      expect(seen.add(key), "each key once, and not '" + Excerpt.of(key) + "' twice");
      parser.nextToken();
      switch (key) {
        case "truncation", "padding", "normalizer" -> readSection(key, parser);
        case "added_tokens" -> readAddedTokens(parser);
        case "model" -> readModel(parser);
        default -> parser.skipChildren();
      }
    }
    expect(parser.nextToken() == null, "one JSON object and nothing after it");
    expect(seen.contains("model"), "a 'model'");
  }

  private void readSection(String key, JsonParser parser) throws IOException {
    int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      sections.put(key, new TokenizerJson.Section(start, start + "null".length(), null));
      return;
    }
    expect(parser.currentToken() == JsonToken.START_OBJECT, key + ": an object or null");
    TreeNode value = parser.readValueAsTree();
    int end = Math.toIntExact(parser.currentLocation().getCharOffset());
    sections.put(key, new TokenizerJson.Section(start, end, (JsonNode) value));
  }

  private void readAddedTokens(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    expect(parser.currentToken() == JsonToken.START_ARRAY, "added_tokens: an array");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      JsonNode token = parser.readValueAsTree();
      String content = token.path("content").asText();
      int id = token.path("id").asInt(-1);
      if (token.path("special").asBoolean() && id >= 0) {
        special.add(id);
      }
      if (wanted.contains(content) && id >= 0) {
        ids.put(content, id);
      }
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_OBJECT, "model: an object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("unk_token") && value == JsonToken.VALUE_STRING) {
        unkToken = parser.getText();
      } else if (key.equals("unk_id") && value == JsonToken.VALUE_NUMBER_INT) {
        unkId = parser.getIntValue();
      } else if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
        readVocabulary(parser);
      } else if (key.equals("vocab") && value == JsonToken.START_ARRAY) {
        readPieces(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** WordPiece, BPE and word-level models: tokens with their ids. */
  private void readVocabulary(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String token = parser.currentName();
      JsonToken id = parser.nextToken();
      expect(id == JsonToken.VALUE_NUMBER_INT, "model.vocab: whole numbers as ids");
      if (wanted.contains(token) || token.equals(unkToken)) {
        ids.putIfAbsent(token, parser.getIntValue());
      }
    }
  }

  /** Unigram models: pairs of a piece and its score, whose place is the id. */
  private void readPieces(JsonParser parser) throws IOException {
    for (int id = 0; parser.nextToken() != JsonToken.END_ARRAY; id++) {
      expect(
          parser.currentToken() == JsonToken.START_ARRAY
              && parser.nextToken() == JsonToken.VALUE_STRING,
          "model.vocab: pairs of a piece and its score");
      String piece = parser.getText();
      if (wanted.contains(piece)) {
        ids.putIfAbsent(piece, id);
      }
      parser.nextToken();
      expect(
          parser.nextToken() == JsonToken.END_ARRAY, "model.vocab: pairs of a piece and its score");
    }
  }

  private void expect(boolean holds, String expected) {
    if (!holds) {
      throw new CheckpointException(
          "%s: expected %s, found something else. It is not the description of a tokenizer: save it again with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)."
              .formatted(location, expected));
    }
  }

  private static JsonFactory factory(int length) {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .maxStringLength(Math.max(1, length))
                    .build())
            // Names are not kept in Jackson's shared table, which collisions made on purpose would
            // slow down.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    return factory.setCodec(JsonMapper.builder(factory).build());
  }
}

package dev.headlight.model;

import dev.headlight.config.EmbeddingConfig;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.StackConfig;
import java.util.Optional;

/**
 * What a model accepts as input. Cheap to make and serializable knowledge only: needs no weights.
 *
 * @param config of the model
 */
public record InputRules(ModelConfig config) {

  /**
   * Why an input is refused.
   *
   * @param reason a stable code: {@code empty}, {@code too_long}, {@code token_out_of_range},
   *     {@code wrong_width}, {@code not_finite}, {@code wrong_type}, {@code wrong_size}
   * @param message what was expected and what was found
   */
  public record Problem(String reason, String message) {}

  public static InputRules of(ModelConfig config) {
    return new InputRules(config);
  }

  /** The first reason to refuse an example, if any. */
  public Optional<Problem> check(Example example) {
    Optional<Problem> problem = check(example.input(), config.stack());
    if (problem.isPresent() || example.decoderInput().isEmpty()) {
      return problem;
    }
    if (config.decoder().isEmpty()) {
      return Optional.of(
          new Problem(
              "wrong_type",
              "a decoder input was given, but " + config.family() + " has no decoder"));
    }
    return check(example.decoderInput().get(), config.decoder().get())
        .map(found -> new Problem(found.reason(), "decoder input: " + found.message()));
  }

  private static Optional<Problem> check(Sequence sequence, StackConfig stack) {
    if (stack.embedding() instanceof EmbeddingConfig.Patches patches) {
      return sequence instanceof Sequence.Pixels pixels
          ? checkPixels(pixels, patches)
          : wrongType(sequence, "pixel values");
    }
    EmbeddingConfig.Tokens tokens = (EmbeddingConfig.Tokens) stack.embedding();
    if (sequence instanceof Sequence.Tokens ids) {
      return checkLength(ids.inputIds().length, stack).or(() -> checkIds(ids, tokens));
    }
    if (sequence instanceof Sequence.Embeddings embeddings) {
      return checkLength(embeddings.tokens(), stack).or(() -> checkEmbeddings(embeddings, tokens));
    }
    return wrongType(sequence, "token ids or embeddings");
  }

  private static Optional<Problem> wrongType(Sequence sequence, String expected) {
    String found = sequence.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    return Optional.of(new Problem("wrong_type", "expected " + expected + ", found " + found));
  }

  private static Optional<Problem> checkLength(int tokens, StackConfig stack) {
    if (tokens == 0) {
      return Optional.of(new Problem("empty", "the sequence has no tokens; expected 1 or more"));
    }
    if (stack.positionLimit() > 0 && tokens > stack.positionLimit()) {
      return Optional.of(
          new Problem(
              "too_long",
              "the sequence has "
                  + tokens
                  + " tokens; the model has "
                  + stack.positionLimit()
                  + " positions"));
    }
    return Optional.empty();
  }

  private static Optional<Problem> checkIds(
      Sequence.Tokens tokens, EmbeddingConfig.Tokens embedding) {
    Optional<Problem> problem =
        checkRange(tokens.inputIds(), embedding.vocabulary(), "token id", "the vocabulary has");
    if (problem.isPresent() || tokens.tokenTypeIds().length == 0) {
      return problem;
    }
    if (tokens.tokenTypeIds().length != tokens.inputIds().length) {
      return Optional.of(
          new Problem(
              "ragged",
              tokens.inputIds().length
                  + " token ids but "
                  + tokens.tokenTypeIds().length
                  + " token type ids"));
    }
    int types = embedding.tokenTypes().map(EmbeddingConfig.TokenTypes::count).orElse(1);
    return checkRange(tokens.tokenTypeIds(), types, "token type id", "the model has");
  }

  private static Optional<Problem> checkRange(int[] ids, int count, String what, String has) {
    for (int t = 0; t < ids.length; t++) {
      if (ids[t] < 0 || ids[t] >= count) {
        return Optional.of(
            new Problem(
                "token_out_of_range",
                what
                    + " "
                    + ids[t]
                    + " at position "
                    + t
                    + " is outside 0 to "
                    + (count - 1)
                    + ": "
                    + has
                    + " "
                    + count));
      }
    }
    return Optional.empty();
  }

  private static Optional<Problem> checkEmbeddings(
      Sequence.Embeddings embeddings, EmbeddingConfig.Tokens embedding) {
    long expected = (long) embeddings.tokens() * embedding.width();
    if (embeddings.values().length != expected) {
      return Optional.of(
          new Problem(
              "wrong_width",
              "expected "
                  + embeddings.tokens()
                  + " x "
                  + embedding.width()
                  + " values, found "
                  + embeddings.values().length));
    }
    return checkFinite(embeddings.values(), embedding.width());
  }

  private static Optional<Problem> checkFinite(float[] values, int width) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return Optional.of(
            new Problem(
                "not_finite",
                "value " + values[i] + " at row " + i / width + ", column " + i % width));
      }
    }
    return Optional.empty();
  }

  private static Optional<Problem> checkPixels(
      Sequence.Pixels pixels, EmbeddingConfig.Patches patches) {
    boolean anySize = patches.positions().resizing() != EmbeddingConfig.Resizing.NONE;
    EmbeddingConfig.Size expected = patches.image();
    boolean fits =
        pixels.channels() == patches.channels()
            && (anySize
                ? pixels.height() >= patches.patch().height()
                    && pixels.width() >= patches.patch().width()
                : pixels.height() == expected.height() && pixels.width() == expected.width());
    long values = (long) pixels.channels() * pixels.height() * pixels.width();
    if (!fits || pixels.pixelValues().length != values) {
      String size =
          anySize
              ? "%d x %d or more x %d or more"
                  .formatted(patches.channels(), patches.patch().height(), patches.patch().width())
              : "%d x %d x %d".formatted(patches.channels(), expected.height(), expected.width());
      return Optional.of(
          new Problem(
              "wrong_size",
              "expected pixel values of %s, found %d x %d x %d (%d values)"
                  .formatted(
                      size,
                      pixels.channels(),
                      pixels.height(),
                      pixels.width(),
                      pixels.pixelValues().length)));
    }
    return checkFinite(pixels.pixelValues(), pixels.width());
  }
}

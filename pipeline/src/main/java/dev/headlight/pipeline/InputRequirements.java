package dev.headlight.pipeline;

import dev.headlight.pipeline.EncoderOptions.OnTooLong;
import java.util.List;

/** What options ask of the columns that a model reads. */
record InputRequirements(EncoderOptions options, InputSelection input) {
  static InputRequirements of(EncoderOptions options, InputSelection input) {
    return new InputRequirements(options, input);
  }

  /**
   * Refuses options that the input has no use for.
   *
   * @throws ConfigurationException says which
   */
  void check(List<Output> outputs) {
    boolean prompted = options.prompt().isPresent() || options.promptName().isPresent();
    if (prompted && !input.reads(TextSource.class)) {
      throw new ConfigurationException(
          "prompt: expected a column of text to put it before, found '%s', which holds %s"
              .formatted(input.input().main().column(), input.input().main().source().name()));
    }
    if (options.onTooLong() == OnTooLong.WINDOW) {
      checkWindows(outputs);
    }
  }

  /** Windows are pooled, so that there is nothing with a value for each token. */
  private void checkWindows(List<Output> outputs) {
    boolean segmented = input.input().segments().isPresent();
    boolean single = input.reads(TextSource.class) && !input.readsPairs() && !segmented;
    if (!single || input.decoder().isPresent()) {
      throw new ConfigurationException(
          "on-too-long: expected a column of single texts to read as windows, found %s. Use truncate or error."
              .formatted(found(segmented)));
    }
    for (Output output : outputs) {
      if (!output.poolsWindows()) {
        throw new ConfigurationException(
            "outputs: %s has a value for each token, which windows of a text do not have. Leave it out, or use truncate or error for on-too-long."
                .formatted(output.name()));
      }
    }
  }

  private String found(boolean segmented) {
    if (input.readsPairs()) {
      return "pairs of texts";
    }
    if (input.decoder().isPresent()) {
      return "a decoder input";
    }
    return segmented ? "segments of tokens" : input.input().main().source().name();
  }
}

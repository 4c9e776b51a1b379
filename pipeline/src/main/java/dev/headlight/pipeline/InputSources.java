package dev.headlight.pipeline;

import java.util.List;

/** All kinds of input. A new one is one file and one line here. */
final class InputSources {
  static final List<InputSource> ALL =
      List.of(
          new TextSource(),
          new TokensSource(),
          new EmbeddingsSource(),
          new ImageSource(),
          new PixelValuesSource());

  private InputSources() {}
}

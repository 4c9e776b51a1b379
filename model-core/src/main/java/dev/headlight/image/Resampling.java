package dev.headlight.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How an image is resized: as Pillow does, with its names and numbers. */
public enum Resampling {
  NEAREST(0, Optional.empty()),
  LANCZOS(1, Optional.of(ResamplingFilter.LANCZOS)),
  BILINEAR(2, Optional.of(ResamplingFilter.BILINEAR)),
  BICUBIC(3, Optional.of(ResamplingFilter.BICUBIC)),
  BOX(4, Optional.of(ResamplingFilter.BOX)),
  HAMMING(5, Optional.of(ResamplingFilter.HAMMING));

  private final int number;
  private final Optional<ResamplingFilter> filter;

  Resampling(int number, Optional<ResamplingFilter> filter) {
    this.number = number;
    this.filter = filter;
  }

  /** Its number in {@code preprocessor_config.json}. */
  int number() {
    return number;
  }

  /** The filter; none where the nearest pixel is taken as it is. */
  Optional<ResamplingFilter> filter() {
    return filter;
  }

  static Optional<Resampling> numbered(int number) {
    return Arrays.stream(values()).filter(filter -> filter.number == number).findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values())
        .map(
            filter -> filter.number + " (" + filter.name().toLowerCase(java.util.Locale.ROOT) + ")")
        .toList();
  }
}

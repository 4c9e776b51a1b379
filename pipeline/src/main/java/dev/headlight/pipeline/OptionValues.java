package dev.headlight.pipeline;

import dev.headlight.text.Pooling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Values of options as users write them, and what is wrong with them. */
final class OptionValues {
  private OptionValues() {}

  /** Checks a number of which 0 stands for the default. */
  static void requireNotNegative(String option, int value) {
    if (value < 0) {
      throw new ConfigurationException(
          "%s: expected a number of 1 or more, or 0 for the default, found %d"
              .formatted(option, value));
    }
  }

  static void requireOneOf(String option, String value, List<String> known) {
    if (!known.contains(value)) {
      throw new ConfigurationException(
          "%s: expected one of %s, found '%s'".formatted(option, String.join(", ", known), value));
    }
  }

  /** Checks the name of a mode of pooling. */
  static void requirePooling(String value) {
    try {
      if (!value.equals("auto")) {
        Pooling.named(value);
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage(), e);
    }
  }

  /** The constant of a name; for any other name the message lists all. */
  static <E extends Enum<E>> E parse(Class<E> type, String option, String value) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> text(constant).equals(value.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigurationException(
                    "%s: expected %s, found '%s'".formatted(option, alternatives(type), value)));
  }

  private static <E extends Enum<E>> String alternatives(Class<E> type) {
    List<String> names = Arrays.stream(type.getEnumConstants()).map(OptionValues::text).toList();
    int last = names.size() - 1;
    return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  /** The name of a constant. */
  static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}

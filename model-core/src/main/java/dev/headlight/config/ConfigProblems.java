package dev.headlight.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.safetensors.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks values of one object of a configuration file and collects what is wrong.
 *
 * @param path of the object in the file: empty, or with a dot at its end
 * @param collected shared by all objects of the file
 */
record ConfigProblems(String path, Set<String> collected) {
  /** Returned for a missing or wrong number, so that reading can go on. */
  static final int STAND_IN = 1;

  void add(String message) {
    collected.add(message);
  }

  void missing(String key, String expected) {
    add("%s: expected %s, found nothing".formatted(full(key), expected));
  }

  void unexpected(String key, String expected, JsonNode found) {
    add("%s: expected %s, found %s".formatted(full(key), expected, shown(found)));
  }

  int wholeNumber(String key, JsonNode value, int least, int greatest, int standIn) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    // Doubles hold every int, and 512.0 is as good as 512.
    if (number != Math.rint(number) || number < least || number > greatest) {
      unexpected(key, "a whole number from %d to %d".formatted(least, greatest), value);
      return standIn;
    }
    return (int) number;
  }

  double number(String key, JsonNode value, double standIn) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!Double.isFinite(number)) {
      unexpected(key, "a number", value);
      return standIn;
    }
    return number;
  }

  /** The key as messages name it. */
  String full(String key) {
    return Excerpt.of(path + key);
  }

  /**
   * The elements of an array, or a single value as the only one; none of null or a missing value.
   */
  static List<JsonNode> elements(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return List.of();
    }
    if (!value.isArray()) {
      return List.of(value);
    }
    List<JsonNode> elements = new ArrayList<>();
    value.forEach(elements::add);
    return elements;
  }

  /** Whether a value is the string, number or boolean that is supported. */
  static boolean matches(JsonNode found, Object supported) {
    return supported instanceof Number number
        ? found.isNumber() && found.doubleValue() == number.doubleValue()
        : found.isValueNode() && found.asText().equals(String.valueOf(supported));
  }

  /** A value as messages show it. */
  static String shown(JsonNode node) {
    if (node.isObject()) {
      return "an object";
    }
    if (node.isArray()) {
      return "an array";
    }
    if (node.isMissingNode()) {
      return "nothing";
    }
    return node.isTextual() ? "'" + Excerpt.of(node.textValue()) + "'" : Excerpt.of(node.asText());
  }
}

package dev.headlight.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * An object of {@code config.json} (or of another JSON file of a checkpoint), read key by key. What
 * is wrong is collected instead of thrown, so that all reasons can be reported together: an
 * accessor that finds a wrong value adds a problem and returns a harmless stand-in, and {@link
 * #throwIfUnsupported} must be called before anything is built from the values. The objects inside
 * share the problems of the outermost one. An explicit null counts as absent. Not safe for several
 * threads.
 */
public final class ConfigJson {
  private final String location;
  private final JsonNode object;
  private final ConfigProblems problems;

  private ConfigJson(String location, String path, JsonNode object, Set<String> problems) {
    this.location = location;
    this.object = object;
    this.problems = new ConfigProblems(path, problems);
  }

  /**
   * Reads {@code config.json} of a checkpoint folder.
   *
   * @throws CheckpointException if it is missing, longer than 8 MB, or not a JSON object
   */
  public static ConfigJson read(CheckpointFolder folder) throws IOException {
    return read(folder, "config.json");
  }

  /** Reads another file of a checkpoint folder, in the same way. */
  public static ConfigJson read(CheckpointFolder folder, String file) throws IOException {
    return outermost(folder.locationOf(file), JsonFiles.read(folder, file));
  }

  /**
   * Reads a file that is an array of objects, such as {@code modules.json}. The objects share their
   * problems.
   *
   * @throws CheckpointException if it is missing, longer than 8 MB, or not an array of objects
   */
  public static List<ConfigJson> readList(CheckpointFolder folder, String file) throws IOException {
    String location = folder.locationOf(file);
    JsonNode array = JsonFiles.read(folder, file);
    Set<String> problems = new LinkedHashSet<>();
    List<ConfigJson> objects = new ArrayList<>();
    for (JsonNode element : array) {
      if (!element.isObject()) {
        break;
      }
      objects.add(new ConfigJson(location, "[%d].".formatted(objects.size()), element, problems));
    }
    if (!array.isArray() || objects.size() != array.size()) {
      throw new CheckpointException(
          "%s: expected a JSON array of objects, found %s."
              .formatted(location, ConfigProblems.shown(array)));
    }
    return objects;
  }

  /**
   * Reads a text.
   *
   * @param location the file as messages name it
   * @throws CheckpointException if the text is not a JSON object, has a key twice, or NaN or
   *     infinite numbers
   */
  public static ConfigJson parse(String location, String text) {
    return outermost(location, JsonFiles.parse(location, text));
  }

  /** Reads a text in UTF-8, as {@link #parse(String, String)} does. */
  public static ConfigJson parse(String location, byte[] text) {
    return outermost(location, JsonFiles.parse(location, text));
  }

  private static ConfigJson outermost(String location, JsonNode node) {
    if (!node.isObject()) {
      throw new CheckpointException(
          "%s: expected a JSON object, found %s.".formatted(location, ConfigProblems.shown(node)));
    }
    return new ConfigJson(location, "", node, new LinkedHashSet<>());
  }

  /** The file it was read from, as the user knows it. */
  public String location() {
    return location;
  }

  /** Its keys with a value other than null, sorted. */
  public Set<String> keys() {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .filter(this::has)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether there is a value other than null. */
  public boolean has(String key) {
    return object.hasNonNull(key);
  }

  /** Whether the key is there, be it with a null: for settings of which null is a value. */
  public boolean declares(String key) {
    return object.has(key);
  }

  /**
   * The first of several names of the same setting that is present, or the first name if none is:
   * {@code config.positiveInt(config.firstPresent("hidden_size", "n_embd"))}.
   */
  public String firstPresent(String key, String... otherNames) {
    return has(key) ? key : Arrays.stream(otherNames).filter(this::has).findFirst().orElse(key);
  }

  /**
   * A required count: from 1 to a limit far beyond any model (10,000 layers, 16,384 heads, a width
   * of 2^20, anything else 2^24).
   */
  public int positiveInt(String key) {
    if (!has(key)) {
      problems.missing(key, "a whole number");
      return ConfigProblems.STAND_IN;
    }
    return problems.wholeNumber(
        key, object.get(key), 1, ConfigLimits.of(key), ConfigProblems.STAND_IN);
  }

  /** A count with the bounds of {@link #positiveInt(String)}, which the default need not keep. */
  public int positiveInt(String key, int defaultValue) {
    return has(key)
        ? problems.wholeNumber(key, object.get(key), 1, ConfigLimits.of(key), defaultValue)
        : defaultValue;
  }

  /** Any whole number that fits an int, negative ones too. */
  public int intValue(String key, int defaultValue) {
    return has(key)
        ? problems.wholeNumber(
            key, object.get(key), Integer.MIN_VALUE, Integer.MAX_VALUE, defaultValue)
        : defaultValue;
  }

  /** A required number. */
  public double decimal(String key) {
    if (!has(key)) {
      problems.missing(key, "a number");
    }
    return decimal(key, ConfigProblems.STAND_IN);
  }

  public double decimal(String key, double defaultValue) {
    return has(key) ? problems.number(key, object.get(key), defaultValue) : defaultValue;
  }

  /** A number above 0. */
  public double positiveDecimal(String key, double defaultValue) {
    return RopeScalingReader.positive(this, key, defaultValue);
  }

  /** Numbers from an array or a single number; empty if absent. */
  public List<Double> decimals(String key) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode element : ConfigProblems.elements(object.path(key))) {
      numbers.add(problems.number(key, element, ConfigProblems.STAND_IN));
    }
    return List.copyOf(numbers);
  }

  /** A true or false. */
  public boolean flag(String key, boolean defaultValue) {
    if (!has(key)) {
      return defaultValue;
    }
    JsonNode value = object.get(key);
    if (!value.isBoolean()) {
      problems.unexpected(key, "true or false", value);
      return defaultValue;
    }
    return value.booleanValue();
  }

  public Optional<String> text(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = object.get(key);
    if (!value.isTextual()) {
      problems.unexpected(key, "a string", value);
      return Optional.empty();
    }
    return Optional.of(value.textValue());
  }

  public String text(String key, String defaultValue) {
    return text(key).orElse(defaultValue);
  }

  /** Strings from an array or a single string; empty if absent. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : ConfigProblems.elements(object.path(key))) {
      if (element.isTextual()) {
        texts.add(element.textValue());
      } else {
        problems.unexpected(key, "strings", element);
      }
    }
    return List.copyOf(texts);
  }

  /** An object inside this one, which adds its problems to those of this one. */
  public Optional<ConfigJson> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = object.get(key);
    if (!value.isObject()) {
      problems.unexpected(key, "an object", value);
      return Optional.empty();
    }
    return Optional.of(
        new ConfigJson(location, problems.path() + key + ".", value, problems.collected()));
  }

  /** The objects of an array inside this one; empty if absent. */
  public List<ConfigJson> objects(String key) {
    List<ConfigJson> objects = new ArrayList<>();
    for (JsonNode element : ConfigProblems.elements(object.path(key))) {
      String elementPath = "%s%s[%d].".formatted(problems.path(), key, objects.size());
      if (element.isObject()) {
        objects.add(new ConfigJson(location, elementPath, element, problems.collected()));
      } else {
        problems.unexpected(key, "an array of objects", element);
      }
    }
    return List.copyOf(objects);
  }

  /** Whether a value is there and is an object. Wrong types are no problem here. */
  public boolean isObject(String key) {
    return object.path(key).isObject();
  }

  /** Adds the problem that the value of a key is not implemented. */
  public void unsupported(String key, String reason) {
    String value = has(key) ? ConfigProblems.shown(object.get(key)) : "nothing";
    problem("%s is %s: %s".formatted(problems.full(key), value, reason));
  }

  /**
   * Adds a problem if the value is there and is none of the supported ones (strings, numbers,
   * booleans).
   */
  public void require(String key, Set<?> supported) {
    if (has(key)
        && supported.stream().noneMatch(value -> ConfigProblems.matches(object.get(key), value))) {
      List<String> sorted = supported.stream().map(String::valueOf).sorted().toList();
      problems.unexpected(
          key, (sorted.size() > 1 ? "one of " : "") + String.join(", ", sorted), object.get(key));
    }
  }

  /** Adds a problem; the same one counts once. */
  public void problem(String message) {
    problems.add(message);
  }

  /** What was found wrong until now, here and in the objects around and inside this one. */
  public List<String> problems() {
    return List.copyOf(problems.collected());
  }

  /**
   * Ends the reading if there are problems.
   *
   * @throws UnsupportedCheckpointException with all problems, if there are any
   */
  public void throwIfUnsupported() {
    if (!problems.collected().isEmpty()) {
      throw new UnsupportedCheckpointException(location, problems());
    }
  }
}

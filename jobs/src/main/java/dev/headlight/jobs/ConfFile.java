package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file with options: a line for each, {@code key = value}. A key is the name of an option without
 * its dashes, or a setting of Spark, which starts with {@code spark.}. Empty lines and lines that
 * start with {@code #} are skipped.
 *
 * @param name the file as messages name it
 * @param lines the settings in the order of the file, by key
 */
record ConfFile(String name, Map<String, Line> lines) {
  private static final String SPARK = "spark.";

  /** No file was given. */
  static final ConfFile NONE = new ConfFile("", Map.of());

  /** A value and the line it stands on, counted from 1. */
  record Line(int number, String value) {}

  ConfFile {
    lines = Collections.unmodifiableMap(new LinkedHashMap<>(lines));
  }

  /**
   * Reads the text of a file.
   *
   * @throws ConfigurationException if a line is no setting or a key stands twice
   */
  static ConfFile parse(String name, String text) {
    Map<String, Line> lines = new LinkedHashMap<>();
    List<String> rows = text.lines().toList();
    for (int i = 0; i < rows.size(); i++) {
      String row = rows.get(i).strip();
      if (!row.isEmpty() && !row.startsWith("#")) {
        add(name, i + 1, row, lines);
      }
    }
    return new ConfFile(name, lines);
  }

  private static void add(String name, int number, String row, Map<String, Line> lines) {
    int equals = row.indexOf('=');
    String key = equals < 0 ? row : row.substring(0, equals).strip();
    String value = equals < 0 ? "" : row.substring(equals + 1).strip();
    if (key.isEmpty() || value.isEmpty()) {
      throw new ConfigurationException(
          "%s, line %d: expected key = value, found '%s'. To leave an option at its default, leave the line out."
              .formatted(name, number, row));
    }
    Line other = lines.put(key, new Line(number, value));
    if (other != null) {
      throw new ConfigurationException(
          "%s, line %d: expected each key once, found %s on line %d already. Leave one of the two."
              .formatted(name, number, key, other.number()));
    }
  }

  /**
   * Checks that every key is an option or belongs to Spark.
   *
   * @param options the keys there are
   * @throws ConfigurationException if a key is another; names the nearest
   */
  void requireKnownKeys(Collection<String> options) {
    lines.forEach(
        (key, line) -> {
          if (!key.startsWith(SPARK) && !options.contains(key)) {
            throw new ConfigurationException(
                "%s, line %d: unknown key '%s'%s Keys are the options of the command line without their dashes, and Spark's settings."
                    .formatted(name, line.number(), key, Nearest.suggestion(key, options)));
          }
        });
  }

  /** The value of an option, or null if the file has none. */
  String value(String key) {
    Line line = lines.get(key);
    return line == null ? null : line.value();
  }

  /** Spark's settings. */
  Map<String, String> sparkSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    lines.forEach(
        (key, line) -> {
          if (key.startsWith(SPARK)) {
            settings.put(key, line.value());
          }
        });
    return settings;
  }
}

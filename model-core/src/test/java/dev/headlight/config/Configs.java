package dev.headlight.config;

import java.nio.charset.StandardCharsets;

/** Texts of configurations, as if read from {@code m/config.json}. */
final class Configs {
  private Configs() {}

  static ConfigJson parse(String text) {
    return ConfigJson.parse("m/config.json", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of a text with single quotes in place of double ones. */
  static ConfigJson quoted(String text) {
    return parse(text.replace('\'', '"'));
  }
}

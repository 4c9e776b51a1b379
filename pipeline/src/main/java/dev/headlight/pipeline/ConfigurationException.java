package dev.headlight.pipeline;

/**
 * Wrong usage or configuration, found before anything was started. The message is meant for the
 * user: what was expected, what was found, and what to do.
 */
public final class ConfigurationException extends RuntimeException {
  public ConfigurationException(String message) {
    super(message);
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}

package dev.headlight.config;

import java.util.List;

/**
 * A checkpoint asks for something that is not implemented, or its configuration makes no sense.
 * Names all reasons at once.
 */
public final class UnsupportedCheckpointException extends RuntimeException {
  private final List<String> reasons;

  public UnsupportedCheckpointException(List<String> reasons) {
    super("This checkpoint is not supported:\n- " + String.join("\n- ", reasons));
    this.reasons = List.copyOf(reasons);
  }

  /**
   * @param location the configuration file, as the user knows it
   */
  public UnsupportedCheckpointException(String location, List<String> reasons) {
    super(
        "The checkpoint of %s is not supported:\n- %s"
            .formatted(location, String.join("\n- ", reasons)));
    this.reasons = List.copyOf(reasons);
  }

  /** Each reason with the key and value it is about. */
  public List<String> reasons() {
    return reasons;
  }
}

package dev.headlight.safetensors;

/**
 * Something is wrong with the files of a checkpoint. The message is meant for the user: it says
 * what was expected, what was found, in which file and tensor, and what to do.
 */
public final class CheckpointException extends RuntimeException {
  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}

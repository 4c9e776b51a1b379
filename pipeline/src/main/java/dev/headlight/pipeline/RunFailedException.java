package dev.headlight.pipeline;

import dev.headlight.config.UnsupportedCheckpointException;
import dev.headlight.safetensors.CheckpointException;

/**
 * A run that was started and failed. The message is that of the error a task met, where there is
 * one, instead of Spark's account of stages and attempts, which is the cause.
 */
public final class RunFailedException extends RuntimeException {
  private RunFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  static RunFailedException of(Throwable failure) {
    Throwable root = failure;
    for (Throwable t = failure; t != null && t != t.getCause(); t = t.getCause()) {
      root = t;
      if (t instanceof BadRowException
          || t instanceof CheckpointException
          || t instanceof UnsupportedCheckpointException) {
        break;
      }
    }
    boolean plain = root.getMessage() != null && root instanceof RuntimeException;
    return new RunFailedException(plain ? root.getMessage() : root.toString(), failure);
  }
}

package dev.headlight.jobs;

/** A run was ended by a signal. */
final class InterruptedRunException extends RuntimeException {
  InterruptedRunException(String message, Throwable cause) {
    super(message, cause);
  }
}

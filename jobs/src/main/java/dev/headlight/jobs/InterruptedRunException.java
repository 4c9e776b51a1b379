package dev.headlight.jobs;

/** A run was ended by a signal, which the user has been told. */
final class InterruptedRunException extends RuntimeException {
  InterruptedRunException(String message, Throwable cause) {
    super(message, cause);
  }
}

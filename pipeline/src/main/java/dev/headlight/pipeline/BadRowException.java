package dev.headlight.pipeline;

/** A bad row, where bad rows are to fail the job. */
public final class BadRowException extends RuntimeException {
  public BadRowException(String message) {
    super(message);
  }
}

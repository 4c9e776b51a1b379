package dev.headlight.jobs;

import java.util.concurrent.Callable;

/** A command: checks its options, calls the library, returns the exit code. */
interface HeadlightCommand extends Callable<Integer> {
  CommandEnvironment environment();

  /** Whether it may start a Spark; otherwise the launcher starts it as a plain Java program. */
  default boolean startsSpark() {
    return true;
  }

  /**
   * Checks the values of the options, before a Spark is started.
   *
   * @throws dev.headlight.pipeline.ConfigurationException if one is wrong
   */
  default void validate() {}
}

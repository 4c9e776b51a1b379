package dev.headlight.jobs;

import java.io.PrintStream;

/**
 * The entry point of the command line and of {@code spark-submit}: {@code headlight COMMAND
 * [options]}.
 */
public final class Main {
  private Main() {}

  /** Runs a command and leaves with its exit code, by throwing where Spark started this class. */
  public static void main(String[] arguments) {
    int code = run(arguments, System.out, System.err);
    System.out.flush();
    if (code != ExitCode.DONE) {
      ExitCode.leave(code);
    }
  }

  /** Runs a command and returns its exit code. */
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    return HeadlightCommandLine.execute(arguments, out, err);
  }
}

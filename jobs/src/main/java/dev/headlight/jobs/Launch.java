package dev.headlight.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * What the launcher script runs before {@code spark-submit}: checks a command line, prints help,
 * and writes the arguments of {@code spark-submit}, so that settings that a driver needs before it
 * starts can stand in a conf file.
 *
 * <p>Arguments: the file to write to, the job jar, the command line. Written are {@code
 * spark-submit} or, for a command that needs no Spark, {@code java}, and its arguments, each with a
 * NUL after it; nothing is written where there is nothing to start.
 */
public final class Launch {
  private Launch() {}

  public static void main(String[] arguments) {
    Path file = Path.of(arguments[0]);
    String jar = arguments[1];
    String[] commandLine = Arrays.copyOfRange(arguments, 2, arguments.length);
    System.exit(
        HeadlightCommandLine.execute(
            commandLine, System.out, System.err, parsed -> launch(parsed, jar, file)));
  }

  private static int launch(ParseResult parsed, String jar, Path file) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    if (!parsed.hasSubcommand()) {
      return new CommandLine.RunLast().execute(parsed);
    }
    HeadlightCommand command = (HeadlightCommand) parsed.subcommand().commandSpec().userObject();
    command.validate();
    List<String> start = new ArrayList<>();
    if (command.startsSpark()) {
      start.add("spark-submit");
      start.addAll(SubmitArguments.of(parsed.subcommand(), jar, System.getenv()));
    } else {
      start.addAll(List.of("java", Main.class.getName()));
      start.addAll(parsed.originalArgs());
    }
    try {
      Files.writeString(file, String.join("\0", start) + "\0", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ExitCode.DONE;
  }
}

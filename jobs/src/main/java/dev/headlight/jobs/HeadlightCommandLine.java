package dev.headlight.jobs;

import dev.headlight.pipeline.ConfigurationException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** All commands and their options, and what becomes of mistakes. */
final class HeadlightCommandLine {
  /** Set, and not empty, it shows stack traces like {@code --verbose}. */
  private static final String VERBOSE_VARIABLE = "HEADLIGHT_VERBOSE";

  @Command(
      name = "headlight",
      synopsisSubcommandLabel = "COMMAND",
      description =
          "Runs transformer checkpoints over tables on Apache Spark: embeddings, hidden states, and"
              + " statistics of what every attention head does.",
      commandListHeading = "%nCommands:%n",
      footer = {"", "headlight COMMAND --help tells the options of a command."},
      versionProvider = Versions.class,
      mixinStandardHelpOptions = true)
  private static final class Headlight implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
        names = "--conf",
        paramLabel = "FILE",
        scope = ScopeType.INHERIT,
        description =
            "File with options, a line for each: key = value. Options of the command line win."
                + " Settings of Spark (spark.*) can stand in it as well.")
    @SuppressWarnings("UnusedVariable") // ConfFiles reads it before anything is parsed
    private String conf;

    @Option(
        names = "--verbose",
        scope = ScopeType.INHERIT,
        description = "Shows stack traces and what Spark logs.")
    private boolean verbose;

    @Override
    public void run() {
      throw new ParameterException(
          spec.commandLine(),
          "expected a command, found none. There are " + String.join(", ", names(spec)));
    }

    private static Collection<String> names(CommandSpec spec) {
      return spec.subcommands().keySet();
    }
  }

  private HeadlightCommandLine() {}

  /** Parses a command line and runs its command; returns the exit code. */
  static int execute(String[] arguments, PrintStream out, PrintStream err) {
    return execute(arguments, out, err, new CommandLine.RunLast());
  }

  /** Parses a command line and does something else with its command than to run it. */
  static int execute(
      String[] arguments, PrintStream out, PrintStream err, IExecutionStrategy strategy) {
    ConfFile file;
    try {
      file = ConfFiles.namedIn(arguments);
    } catch (ConfigurationException e) {
      report(new PrintWriter(err, true, StandardCharsets.UTF_8), e.getMessage());
      return ExitCode.USAGE;
    }
    return of(new Context(file, out, err))
        .setExecutionStrategy(parsed -> withFailuresHandled(parsed, strategy))
        .execute(arguments);
  }

  /** Has what any strategy throws handled as what a command throws is. */
  private static int withFailuresHandled(ParseResult parsed, IExecutionStrategy strategy) {
    try {
      return strategy.execute(parsed);
    } catch (ParameterException | ExecutionException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ExecutionException(parsed.commandSpec().commandLine(), e.getMessage(), e);
    }
  }

  private static CommandLine of(Context context) {
    CommandLine commandLine = new CommandLine(new Headlight());
    Commands.all(context).forEach(commandLine::addSubcommand);
    commandLine.setOut(new PrintWriter(context.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(context.err(), true, StandardCharsets.UTF_8));
    commandLine.setExpandAtFiles(false);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setDefaultValueProvider(new ConfDefaults(context.file()));
    commandLine.setParameterExceptionHandler((exception, arguments) -> usageError(exception));
    commandLine.setExecutionExceptionHandler(
        (exception, command, parsed) -> failure(exception, command));
    commandLine.setExecutionStrategy(new CommandLine.RunLast());
    return commandLine;
  }

  /** The options of all commands, as a conf file names them. */
  static Collection<String> keys() {
    Collection<String> keys = new TreeSet<>();
    CommandLine commandLine = of(new Context(ConfFile.NONE, System.out, System.err));
    for (CommandLine command : commandLine.getSubcommands().values()) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (ConfDefaults.canStandInFile(option)) {
          keys.add(ConfDefaults.key(option));
        }
      }
    }
    return keys;
  }

  private static int usageError(ParameterException exception) {
    CommandLine command = exception.getCommandLine();
    report(command.getErr(), UsageMessages.of(exception));
    command.getErr().println(command.getCommandSpec().qualifiedName() + " --help tells more.");
    trace(command, exception);
    return ExitCode.USAGE;
  }

  private static int failure(Exception exception, CommandLine command) {
    Failure failure = Failure.of(exception);
    if (!(exception instanceof InterruptedRunException)) {
      report(command.getErr(), failure.message());
    }
    trace(command, exception);
    return failure.exitCode();
  }

  private static void report(PrintWriter err, String message) {
    err.println("headlight: " + message);
  }

  private static void trace(CommandLine command, Exception exception) {
    Headlight headlight = (Headlight) command.getCommandSpec().root().userObject();
    if (headlight.verbose || !System.getenv().getOrDefault(VERBOSE_VARIABLE, "").isEmpty()) {
      exception.printStackTrace(command.getErr());
    }
  }
}

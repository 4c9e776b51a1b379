package dev.headlight.jobs;

import java.util.Collection;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line. */
final class UsageMessages {
  private UsageMessages() {}

  static String of(ParameterException exception) {
    CommandLine command = exception.getCommandLine();
    if (exception instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched.getUnmatched().get(0), command);
    }
    if (exception instanceof MissingParameterException missing
        && missing.getMissing().stream().allMatch(OptionSpec.class::isInstance)
        && missing.getMissing().stream().noneMatch(argument -> argument.getValue() != null)) {
      return missing.getMissing().stream()
          .map(OptionSpec.class::cast)
          .map(option -> "%s (%s)".formatted(option.longestName(), option.description()[0]))
          .collect(Collectors.joining(", ", "missing: ", ""));
    }
    return exception.getMessage();
  }

  private static String unmatched(String found, CommandLine command) {
    if (found.startsWith("-")) {
      int equals = found.indexOf('=');
      String name = equals < 0 ? found : found.substring(0, equals);
      return unknown("option", name, command.getCommandSpec().optionsMap().keySet());
    }
    if (command.getParent() == null) {
      return unknown("command", found, command.getSubcommands().keySet());
    }
    return "expected an option, found '%s'. If it belongs to the value before it, put that in quotes."
        .formatted(found);
  }

  private static String unknown(String kind, String found, Collection<String> known) {
    return "unknown %s '%s'%s".formatted(kind, found, Nearest.suggestion(found, known));
  }
}

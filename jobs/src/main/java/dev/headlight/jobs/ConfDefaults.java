package dev.headlight.jobs;

import java.util.Set;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Takes the options that the command line does not name from a conf file. */
final class ConfDefaults implements IDefaultValueProvider {
  private static final Set<String> ONLY_ON_THE_COMMAND_LINE =
      Set.of("--conf", "--spark-conf", "--help", "--version");

  private final ConfFile file;

  ConfDefaults(ConfFile file) {
    this.file = file;
  }

  /** The option's key in a file: its longest name without the dashes. */
  static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  static boolean canStandInFile(OptionSpec option) {
    return !ONLY_ON_THE_COMMAND_LINE.contains(option.longestName());
  }

  @Override
  public String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option && canStandInFile(option)
        ? file.value(key(option))
        : null;
  }
}

package dev.headlight.jobs;

import picocli.CommandLine.Option;

/** The format of tables that a command reads and of those it writes. */
final class TableFormatOption {
  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "parquet",
      description = "Spark's name for the format of all tables. Default: ${DEFAULT-VALUE}.")
  private String name;

  String name() {
    return name;
  }
}

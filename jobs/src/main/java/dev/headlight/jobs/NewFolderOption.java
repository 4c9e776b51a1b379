package dev.headlight.jobs;

import picocli.CommandLine.Option;

/** Where a command writes what it makes of runs. */
final class NewFolderOption {
  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder to write into; must not exist or be empty")
  private String uri;

  String uri() {
    return uri;
  }
}

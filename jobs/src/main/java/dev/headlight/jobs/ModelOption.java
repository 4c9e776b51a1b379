package dev.headlight.jobs;

import picocli.CommandLine.Option;

/** Which checkpoint a command is about. */
final class ModelOption {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "URI",
      description = "Folder of the checkpoint: config.json and *.safetensors, as on Hugging Face")
  private String uri;

  String uri() {
    return uri;
  }
}

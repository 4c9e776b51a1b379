package dev.headlight.jobs;

import java.nio.file.Path;

/**
 * A demo of 300 sequences, with all that is summed up.
 *
 * @param folder that of the demo: model, table and results
 * @param invocation what the command did
 */
record DemoRun(Path folder, Invocation invocation) {
  /** Runs it, in place of one that the folder may hold. */
  static DemoRun in(Path folder) {
    return new DemoRun(
        folder,
        Invocation.onLocalSpark(
            "demo",
            "--output=" + folder,
            "--sequences=300",
            "--outputs=embedding,attention_statistics,layer_statistics,head_divergence"));
  }

  /** One of its folders or files. */
  Path path(String name) {
    return folder.resolve(name);
  }
}

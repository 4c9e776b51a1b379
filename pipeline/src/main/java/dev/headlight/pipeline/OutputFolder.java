package dev.headlight.pipeline;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** The folder a run writes. */
record OutputFolder(Path path, Configuration configuration) {
  static OutputFolder of(RunOptions options, Configuration configuration) {
    return new OutputFolder(HadoopFiles.path(options.output(), "an output folder"), configuration);
  }

  Path child(String name) {
    return new Path(path, name);
  }

  /**
   * Refuses a folder that has content, unless an unfinished run of the same model and options is
   * resumed.
   *
   * @param manifest of the run that is to write
   * @throws ConfigurationException if it must not be written
   */
  void requireFree(boolean resume, RunManifest manifest) {
    try {
      if (isEmpty()) {
        return;
      }
      if (!resume) {
        throw new ConfigurationException(
            "%s: expected no such folder, since results are never overwritten, found one. Choose another output, delete it, or go on with an interrupted run with resume."
                .formatted(path));
      }
      requireResumable(manifest);
    } catch (IOException e) {
      throw new ConfigurationException(
          "%s: the output folder cannot be looked at: %s".formatted(path, e.getMessage()), e);
    }
  }

  private void requireResumable(RunManifest manifest) throws IOException {
    Optional<String> status = RunManifest.status(path, configuration);
    if (status.isEmpty() || !manifest.describesSameRun(path)) {
      throw new ConfigurationException(
          "%s: expected an interrupted run of the same model and options to resume, found %s. Choose another output."
              .formatted(
                  path,
                  status.isEmpty()
                      ? "no " + RunManifest.FILE
                      : "a run of another model or with other options"));
    }
    if (status.get().equals(RunManifest.SUCCEEDED)) {
      throw new ConfigurationException(
          "%s: expected an interrupted run to resume, found one that has succeeded. There is nothing to do."
              .formatted(path));
    }
  }

  /**
   * Deletes what an unfinished run left. Spark commits a table as a whole, so that no table of it
   * is complete.
   */
  void clear() throws IOException {
    if (HadoopFiles.exists(path, configuration)) {
      for (FileStatus status : HadoopFiles.fileSystem(path, configuration).listStatus(path)) {
        HadoopFiles.delete(status.getPath(), configuration);
      }
    }
  }

  private boolean isEmpty() throws IOException {
    return !HadoopFiles.exists(path, configuration)
        || HadoopFiles.fileSystem(path, configuration).listStatus(path).length == 0;
  }
}

package dev.headlight.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Tasks write bad rows to files of their own, beside the table of good rows that Spark commits, in
 * the one pass that computes it.
 *
 * <p>This is exact under retries, speculative tasks and lost executors: every attempt of a task
 * writes a file of its own name, and names it in the report that Spark hands to the driver only for
 * the attempt that succeeded, the same whose good rows are committed. Files that no report names
 * are left over from other attempts and are never read. It needs no rename and no append, so that
 * it works on object stores; {@link QuarantineTable} makes a table of the named files.
 *
 * @param folder to write to
 * @param id index of the row's id as a string
 * @param sourceFile index of the name of the row's file
 */
record QuarantineFiles(
    String folder,
    SerializableConfiguration configuration,
    PartitionReports reports,
    int id,
    int sourceFile)
    implements RejectedRows {
  static final String ID = "id";
  static final String REASON = "reason";
  static final String MESSAGE = "message";
  static final String SOURCE_FILE = "source_file";

  @Override
  public Sink open() {
    return new FileSink();
  }

  private final class FileSink implements Sink {
    private final ObjectMapper json = new ObjectMapper();
    private final int partition = TaskContext.getPartitionId();
    private final Path file =
        new Path(
            folder, "part-%05d-%d.json".formatted(partition, TaskContext.get().taskAttemptId()));
    private OutputStream stream;
    private boolean finished;

    @Override
    public boolean accept(Row row, RejectedRow why) {
      ObjectNode line = json.createObjectNode();
      line.put(ID, row.getString(id));
      line.put(REASON, why.reason());
      line.put(MESSAGE, why.getMessage());
      line.put(SOURCE_FILE, row.getString(sourceFile));
      try {
        if (stream == null) {
          stream = fileSystem().create(file, true);
        }
        stream.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(
            "bad rows cannot be written to %s: %s".formatted(file, e.getMessage()), e);
      }
      return false;
    }

    @Override
    public void finish(PartitionCounts counts) {
      boolean any = stream != null;
      closeStream();
      finished = true;
      reports.add(new PartitionReport(partition, counts, any ? file.getName() : null));
    }

    @Override
    public void close() {
      if (!finished && stream != null) {
        closeStream();
        try {
          fileSystem().delete(file, false);
        } catch (IOException e) {
          throw new UncheckedIOException(
              "%s cannot be deleted: %s".formatted(file, e.getMessage()), e);
        }
      }
    }

    private void closeStream() {
      if (stream == null) {
        return;
      }
      try {
        stream.close();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "bad rows cannot be written to %s: %s".formatted(file, e.getMessage()), e);
      } finally {
        stream = null;
      }
    }

    private FileSystem fileSystem() throws IOException {
      Configuration hadoop = configuration.value();
      return HadoopFiles.fileSystem(file, hadoop);
    }
  }
}

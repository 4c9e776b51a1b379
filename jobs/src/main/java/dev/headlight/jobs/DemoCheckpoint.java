package dev.headlight.jobs;

import dev.headlight.pipeline.HadoopFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A small Llama checkpoint of two layers with four heads each, trained on sequences that repeat
 * until it had learned to go on with a repetition: a head of the first layer looks at the previous
 * token, heads of the second find what came after the same token (induction heads, Olsson et al.
 * 2022). Made by {@code scripts/induction/train.py}; {@code training.csv} is the script's log.
 */
final class DemoCheckpoint {
  /** Ids are below this. */
  static final int VOCABULARY = 512;

  /** Token that begins every sequence. */
  static final int FIRST_TOKEN = 0;

  /** Ids of words begin here; those before are special. */
  static final int FIRST_WORD = 2;

  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "training.csv");

  private DemoCheckpoint() {}

  /** Writes the files of the checkpoint into a folder, which is made. */
  static void write(Path folder, Configuration configuration) throws IOException {
    FileSystem files = HadoopFiles.fileSystem(folder, configuration);
    files.mkdirs(folder);
    for (String file : FILES) {
      try (InputStream resource = DemoCheckpoint.class.getResourceAsStream("demo/" + file);
          OutputStream stream = files.create(new Path(folder, file), true)) {
        resource.transferTo(stream);
      }
    }
  }
}

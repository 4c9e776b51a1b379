package dev.headlight.pipeline;

import dev.headlight.config.ModelConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.model.TensorNames;
import dev.headlight.pipeline.EncoderOptions.WeightsDistribution;
import dev.headlight.safetensors.CheckpointFolder;
import dev.headlight.safetensors.TensorInfo;
import dev.headlight.text.TokenizerJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A checkpoint as the driver sees it: described and checked, its weights not read.
 *
 * @param sha256 of the files that make the model
 * @param tokenizerJson content of {@code tokenizer.json}, if there is one
 */
record CheckpointOnDriver(
    CheckpointFolder folder, Checkpoint checkpoint, String sha256, Optional<byte[]> tokenizerJson) {
  private static final long MOST_CONFIG_BYTES = 16L << 20;

  /**
   * Opens a checkpoint folder.
   *
   * @throws dev.headlight.safetensors.CheckpointException if files are missing or malformed
   * @throws dev.headlight.config.UnsupportedCheckpointException if the model is not implemented
   */
  static CheckpointOnDriver open(String location, Configuration configuration) {
    CheckpointFolder folder = HadoopCheckpointFolder.of(location, configuration);
    try {
      Checkpoint checkpoint = Checkpoint.open(folder);
      return new CheckpointOnDriver(
          folder, checkpoint, checkpoint.tensors().sha256(), TokenizerJson.read(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }

  ModelConfig config() {
    return checkpoint.config();
  }

  /**
   * Makes the model available to executors. Reads the weights if they are broadcast; starts no
   * Spark job.
   */
  ModelSource distribute(SparkSession spark, EncoderOptions options, boolean readsText) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    boolean broadcast = options.weights() == WeightsDistribution.BROADCAST;
    String key = String.join("-", sha256, options.kernels(), options.precision());
    try {
      ModelPayload payload = payload(options.kernels(), broadcast, readsText);
      if (broadcast) {
        return BroadcastModel.send(context, key, payload, checkpoint.tensors());
      }
      Configuration configuration = spark.sparkContext().hadoopConfiguration();
      return new FileModel(
          key,
          context.broadcast(payload.toBytes()),
          context.broadcast(new SerializableConfiguration(configuration)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the weights in %s cannot be read: %s".formatted(folder.location(), e.getMessage()), e);
    }
  }

  private ModelPayload payload(String kernels, boolean withTensors, boolean readsText)
      throws IOException {
    Set<String> used = TensorNames.of(config());
    List<TensorInfo> stored =
        checkpoint.tensors().tensors().values().stream()
            .filter(tensor -> withTensors && used.contains(tensor.name()))
            .toList();
    return new ModelPayload(
        folder.location(),
        folder.readAll("config.json", MOST_CONFIG_BYTES),
        List.copyOf(checkpoint.tensors().tensors().keySet()),
        ChunkedTensors.layOut(stored),
        readsText ? tokenizerJson.orElseThrow() : null,
        kernels);
  }
}

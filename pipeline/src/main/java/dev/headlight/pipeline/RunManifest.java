package dev.headlight.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.kernel.Kernels;
import dev.headlight.text.EmbeddingRecipe;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * {@code run.json}: what ran on what, and how it ended. Written when a run starts, with the status
 * {@code running}, and again when it ends.
 */
final class RunManifest {
  static final String FILE = "run.json";
  static final String RUNNING = "running";
  static final String SUCCEEDED = "succeeded";
  static final String FAILED = "failed";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Configuration configuration;
  private final ObjectNode content = JSON.createObjectNode();
  private final Instant start = Instant.now();
  private final long startNanos = System.nanoTime();

  private RunManifest(Path file, Configuration configuration) {
    this.file = file;
    this.configuration = configuration;
  }

  /** The manifest of a run that starts now. */
  static RunManifest start(
      Path folder,
      RunOptions options,
      CheckpointOnDriver checkpoint,
      EncodingPlan plan,
      SparkSession spark) {
    Configuration configuration = spark.sparkContext().hadoopConfiguration();
    RunManifest manifest = new RunManifest(new Path(folder, FILE), configuration);
    ObjectNode content = manifest.content;
    content.put("status", RUNNING);
    content.put("started_at", manifest.start.toString());
    ObjectNode model = content.putObject("model");
    model.put("location", options.model());
    model.put("sha256", checkpoint.sha256());
    model.put("family", checkpoint.config().family());
    model.put("parameters", checkpoint.inventory().parameters());
    plan.embedding()
        .ifPresent(recipe -> content.set("embedding", embedding(recipe, options.encoder())));
    content.set("configuration", RunConfiguration.of(options));
    Kernels kernels = EncodingPlan.kernels(options.encoder());
    content.put("kernels", kernels.name());
    content.put("precision", kernels.precision());
    ObjectNode versions = content.putObject("versions");
    versions.put("headlight", HeadlightVersion.get());
    versions.put("spark", spark.version());
    versions.put("scala", scala.util.Properties.versionNumberString());
    versions.put("java", System.getProperty("java.version"));
    content.put("spark_application", spark.sparkContext().applicationId());
    content.put("spark_master", spark.sparkContext().master());
    return manifest;
  }

  private static JsonNode embedding(EmbeddingRecipe recipe, EncoderOptions options) {
    ObjectNode embedding = (ObjectNode) parse(recipe.description());
    EmbeddingFormat format = options.embeddingFormat();
    embedding.put("precision", EncoderOptions.text(format.precision()));
    if (format.precision().needsRanges()) {
      embedding.put("ranges", format.ranges().orElse(EncodingJob.EMBEDDING_RANGES));
    }
    return embedding;
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Adds what a run that succeeded counted, and which part of the time of its cores the model took:
   * the rest is start-up, reading, writing, and waiting for the last tasks.
   */
  void succeeded(RunResult result, PartitionCounts counts) {
    end(SUCCEEDED);
    ObjectNode node = content.putObject("counts");
    node.put("rows", counts.rows());
    node.put("sequences", counts.sequences());
    node.put("quarantined", counts.quarantined());
    ObjectNode reasons = node.putObject("quarantined_by_reason");
    new TreeMap<>(counts.rejected()).forEach(reasons::put);
    node.put("truncated", counts.truncated());
    node.put("tokens", counts.tokens());
    content.put("computation_seconds", result.computationSeconds());
    content.put("model_seconds", counts.modelNanos() / 1e9);
    content.put("model_share", result.modelShare());
    content.put("tokens_per_second", result.tokensPerSecond());
  }

  /** Adds why a run failed. */
  void failed(Throwable cause) {
    end(FAILED);
    content.put("error", Optional.ofNullable(cause.getMessage()).orElse(cause.toString()));
  }

  private void end(String status) {
    content.put("status", status);
    content.put("ended_at", Instant.now().toString());
    content.put("seconds", (System.nanoTime() - startNanos) / 1e9);
  }

  void write() throws IOException {
    HadoopFiles.write(
        file,
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n",
        configuration);
  }

  /** The status that the manifest in a folder tells, if there is one. */
  static Optional<String> status(Path folder, Configuration configuration) throws IOException {
    Path file = new Path(folder, FILE);
    if (!HadoopFiles.exists(file, configuration)) {
      return Optional.empty();
    }
    return Optional.of(
        JSON.readTree(HadoopFiles.read(file, configuration)).path("status").asText());
  }

  /** Whether the manifest in a folder is of the same model and configuration. */
  boolean describesSameRun(Path folder) throws IOException {
    var other = JSON.readTree(HadoopFiles.read(new Path(folder, FILE), configuration));
    return other.path("model").path("sha256").equals(content.path("model").path("sha256"))
        && other.path("configuration").equals(content.path("configuration"));
  }
}

package dev.headlight.pipeline;

import dev.headlight.config.ModelConfig;
import dev.headlight.families.Checkpoint;
import dev.headlight.image.ImageProcessor;
import dev.headlight.kernel.Kernels;
import dev.headlight.model.Inventory;
import dev.headlight.pipeline.EncoderOptions.OnTooLong;
import dev.headlight.pipeline.EncoderOptions.WeightsDistribution;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.TensorInfo;
import dev.headlight.statistics.SpecialTokenIds;
import dev.headlight.text.EmbeddingOptions;
import dev.headlight.text.EmbeddingRecipe;
import dev.headlight.text.Tokenizer;
import dev.headlight.text.TokenizerDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A checkpoint as the driver sees it: described and checked, its weights not read. */
final class CheckpointOnDriver {
  private static final long MOST_CONFIG_BYTES = 16L << 20;

  private final HadoopCheckpointFolder folder;
  private final Configuration configuration;
  private final Checkpoint checkpoint;
  private final Inventory inventory;
  private final Optional<TokenizerDefinition> tokenizer;
  private final SpecialTokenIds specialTokens;
  private String sha256;

  private CheckpointOnDriver(HadoopCheckpointFolder folder, Configuration configuration)
      throws IOException {
    this.folder = folder;
    this.configuration = configuration;
    this.checkpoint = Checkpoint.open(folder);
    this.inventory = Inventory.of(checkpoint.config(), checkpoint.tensors());
    if (!inventory.problems().isEmpty()) {
      throw new CheckpointException(
          "%s: %s".formatted(folder.location(), String.join("\n- ", inventory.problems())));
    }
    this.tokenizer = TokenizerDefinition.read(folder);
    this.specialTokens = SpecialTokenReader.read(folder, tokenizer);
  }

  /**
   * Opens a checkpoint folder.
   *
   * @throws CheckpointException if files are missing or malformed or do not fit together
   * @throws dev.headlight.config.UnsupportedCheckpointException if the model is not implemented
   */
  static CheckpointOnDriver open(String location, Configuration configuration) {
    try {
      return new CheckpointOnDriver(
          HadoopCheckpointFolder.of(location, configuration), configuration);
    } catch (IOException | UncheckedIOException e) {
      throw new CheckpointException("%s cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }

  ModelConfig config() {
    return checkpoint.config();
  }

  Inventory inventory() {
    return inventory;
  }

  Optional<TokenizerDefinition> tokenizer() {
    return tokenizer;
  }

  /** Ids of tokens that stand for no text. */
  SpecialTokenIds specialTokens() {
    return specialTokens;
  }

  /**
   * How images become pixel values.
   *
   * @throws CheckpointException if {@code preprocessor_config.json} is missing, malformed or asks
   *     for something that is not implemented
   */
  ImageProcessor imageProcessor() {
    try {
      return ImageProcessor.read(folder, config());
    } catch (IOException e) {
      throw new CheckpointException(
          "%s cannot be read: %s".formatted(folder.location(), e.getMessage()), e);
    }
  }

  /**
   * Reads the ranges of embeddings from a file of the user's.
   *
   * @throws ConfigurationException if it cannot be read or does not fit
   */
  EmbeddingRanges embeddingRanges(String location, int width) {
    Path file = HadoopFiles.path(location, "a file with ranges of embeddings");
    try {
      long bytes = HadoopFiles.fileSystem(file, configuration).getFileStatus(file).getLen();
      if (bytes > MOST_CONFIG_BYTES) {
        throw new IOException(
            "expected at most %d bytes, found %d".formatted(MOST_CONFIG_BYTES, bytes));
      }
      return EmbeddingRanges.parse(location, HadoopFiles.read(file, configuration), width);
    } catch (IOException e) {
      throw new ConfigurationException(
          "embedding-ranges: %s cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }

  /** How texts and their lengths are read. */
  TextReading textReading(EncoderOptions options, String prompt) {
    return new TextReading(
        options.maxTokens(),
        tokenizer,
        prompt,
        options.onTooLong() == OnTooLong.WINDOW,
        options.windowOverlap());
  }

  /**
   * How hidden states become embeddings.
   *
   * @param text how texts are read; empty if the input is not text
   * @throws ConfigurationException if options do not fit the checkpoint
   */
  EmbeddingRecipe embedding(EncoderOptions options, Optional<TextReading> text) {
    EmbeddingOptions wanted =
        new EmbeddingOptions(
            options.pooling(),
            options.normalize(),
            options.truncateDim(),
            options.promptName().orElse(null),
            options.prompt().orElse(null));
    try {
      EmbeddingRecipe recipe = EmbeddingRecipe.read(folder, config(), wanted);
      if (text.isEmpty()) {
        return recipe;
      }
      int maxTokens = text.get().maxTokens(config().stack(), true);
      try (Tokenizer opened = tokenizer.orElseThrow().open()) {
        if (maxTokens <= opened.addedTokens()) {
          throw new ConfigurationException(
              "max-tokens: expected more than %d, the number of special tokens of a text, found %d"
                  .formatted(opened.addedTokens(), maxTokens));
        }
        EmbeddingRecipe forTexts = recipe.forTexts(opened, maxTokens);
        int overlap = text.get().windowOverlap(config().stack());
        if (overlap != RowReader.ABSENT) {
          // Refuses an overlap that leaves no room.
          opened.windows(forTexts.prompt(), "", maxTokens, overlap);
        }
        return forTexts;
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage(), e);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s cannot be read: %s".formatted(folder.location(), e.getMessage()), e);
    }
  }

  /** SHA-256 of the files that make the model. Reads them whole, the first time. */
  synchronized String sha256() {
    if (sha256 == null) {
      sha256 = checkpoint.tensors().sha256();
    }
    return sha256;
  }

  /** Changes when files of the folder do. */
  String fingerprint() throws IOException {
    return folder.fingerprint();
  }

  /**
   * Makes the model available to executors. Reads the weights if they are broadcast; starts no
   * Spark job.
   */
  ModelSource distribute(SparkSession spark, EncoderOptions options, Preprocessing preprocessing) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    boolean broadcast = options.weights() == WeightsDistribution.BROADCAST;
    Kernels kernels = EncodingPlan.kernels(options);
    try {
      ModelPayload payload = payload(kernels, broadcast, preprocessing);
      String key = String.join("-", sha256(), payload.digest());
      if (broadcast) {
        return BroadcastModel.send(context, key, payload, checkpoint.tensors());
      }
      return new FileModel(
          key,
          context.broadcast(payload.toBytes()),
          context.broadcast(
              new SerializableConfiguration(spark.sparkContext().hadoopConfiguration())));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the weights in %s cannot be read: %s".formatted(folder.location(), e.getMessage()), e);
    }
  }

  private ModelPayload payload(Kernels kernels, boolean withTensors, Preprocessing preprocessing)
      throws IOException {
    List<TensorInfo> used =
        inventory.entries().stream().flatMap(entry -> entry.stored().stream()).distinct().toList();
    return new ModelPayload(
        folder.location(),
        folder.readAll(Checkpoint.configFile(folder), MOST_CONFIG_BYTES),
        List.copyOf(checkpoint.tensors().tensors().keySet()),
        withTensors ? ChunkedTensors.layOut(used) : List.of(),
        preprocessing.tokenizer().orElse(null),
        preprocessing.images().orElse(null),
        kernels.name(),
        kernels.precision());
  }
}

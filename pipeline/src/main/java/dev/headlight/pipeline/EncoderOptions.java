package dev.headlight.pipeline;

import dev.headlight.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a model computes for every row, and how. Values are as users write them; {@link
 * EncodingPlan#of} checks them against a checkpoint.
 *
 * @param outputs names of outputs, such as {@code embedding}; see {@link Output}
 * @param statistics {@code default}, {@code all}, {@code none}, or groups of statistics
 * @param layers layers whose statistics and hidden states are wanted; empty for all
 * @param precision {@code fp32}, {@code bf16} or {@code int8}
 * @param kernels {@code auto} or the name of kernels
 * @param pooling {@code auto}, or the name of a mode, such as {@code mean}
 * @param promptName name of the checkpoint's prompt that stands before each text; empty for its
 *     default
 * @param prompt text that stands before each text; goes before {@code promptName}
 * @param normalize whether embeddings are scaled to length 1
 * @param truncateDim embeddings are cut to this many leading values; 0 for no cut
 * @param embeddingFormat numbers that embeddings are written as
 * @param maxTokens longest sequence in tokens; 0 for the model's own limit
 * @param onTooLong what becomes of longer sequences
 * @param windowOverlap tokens that windows of a text share; negative for an eighth of a window
 * @param batchTokens tokens computed at once; 0 for a number that fits the model's width
 * @param matrixFormat how hidden states are stored
 * @param maxAttentionTokens attention weights of longer sequences are not returned
 * @param weights how executors get the weights
 */
public record EncoderOptions(
    List<String> outputs,
    List<String> statistics,
    List<Integer> layers,
    String precision,
    String kernels,
    String pooling,
    Optional<String> promptName,
    Optional<String> prompt,
    boolean normalize,
    int truncateDim,
    EmbeddingFormat embeddingFormat,
    int maxTokens,
    OnTooLong onTooLong,
    int windowOverlap,
    int batchTokens,
    MatrixFormat matrixFormat,
    int maxAttentionTokens,
    WeightsDistribution weights) {

  /** What becomes of a sequence that is longer than the limit. */
  public enum OnTooLong {
    /** It is cut, and the column {@code truncated} says so. */
    TRUNCATE,
    /** The row is bad. */
    ERROR,
    /** A text is read as overlapping windows, whose results are pooled. */
    WINDOW
  }

  /** How hidden states are stored. */
  public enum MatrixFormat {
    /** Nested arrays of float. */
    ARRAY,
    /** Little-endian float32, row-major, beside a column {@code width}. */
    BINARY
  }

  /** How executors get the weights. */
  public enum WeightsDistribution {
    /** Through Spark, in their stored dtype. */
    BROADCAST,
    /** Each executor reads the checkpoint folder itself, which all must be able to reach. */
    FILE
  }

  public EncoderOptions {
    outputs = List.copyOf(outputs);
    statistics = List.copyOf(statistics);
    layers = List.copyOf(layers);
    Objects.requireNonNull(onTooLong, "onTooLong is null");
    Objects.requireNonNull(matrixFormat, "matrixFormat is null");
    Objects.requireNonNull(weights, "weights is null");
    OptionValues.requireNotNegative("truncate-dim", truncateDim);
    OptionValues.requireNotNegative("max-tokens", maxTokens);
    OptionValues.requireNotNegative("batch-tokens", batchTokens);
    OptionValues.requireNotNegative("max-attention-tokens", maxAttentionTokens);
  }

  /**
   * Checks the names in options, as far as that takes no model: whether it has the layers and the
   * machine has the kernels is found out later.
   *
   * @throws ConfigurationException for a name that is not there
   */
  public EncoderOptions requireKnownNames() {
    Outputs.of(this);
    OptionValues.requireOneOf("kernels", kernels, Kernels.NAMES);
    OptionValues.requireOneOf("precision", precision, Kernels.PRECISIONS);
    OptionValues.requirePooling(pooling);
    return this;
  }

  /**
   * A value of an option by the name users write, in lower case.
   *
   * @throws ConfigurationException for any other name; the message lists all
   */
  public static <E extends Enum<E>> E parse(Class<E> type, String option, String value) {
    return OptionValues.parse(type, option, value);
  }

  /** The name users write for a value of an option. */
  public static String text(Enum<?> value) {
    return OptionValues.text(value);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Options with some values changed. */
  public EncoderOptions with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /** Collects options; what is not set has its default. */
  public static final class Builder {
    private List<String> outputs = Outputs.DEFAULTS;
    private List<String> statistics = List.of("default");
    private List<Integer> layers = List.of();
    private String precision = "fp32";
    private String kernels = "auto";
    private String pooling = "auto";
    private Optional<String> promptName = Optional.empty();
    private Optional<String> prompt = Optional.empty();
    private boolean normalize;
    private int truncateDim;
    private EmbeddingFormat embeddingFormat = EmbeddingFormat.FLOAT;
    private int maxTokens;
    private OnTooLong onTooLong = OnTooLong.TRUNCATE;
    private int windowOverlap = -1;
    private int batchTokens;
    private MatrixFormat matrixFormat = MatrixFormat.ARRAY;
    private int maxAttentionTokens = 256;
    private WeightsDistribution weights = WeightsDistribution.BROADCAST;

    private Builder() {}

    private Builder(EncoderOptions options) {
      this.outputs = options.outputs;
      this.statistics = options.statistics;
      this.layers = options.layers;
      this.precision = options.precision;
      this.kernels = options.kernels;
      this.pooling = options.pooling;
      this.promptName = options.promptName;
      this.prompt = options.prompt;
      this.normalize = options.normalize;
      this.truncateDim = options.truncateDim;
      this.embeddingFormat = options.embeddingFormat;
      this.maxTokens = options.maxTokens;
      this.onTooLong = options.onTooLong;
      this.windowOverlap = options.windowOverlap;
      this.batchTokens = options.batchTokens;
      this.matrixFormat = options.matrixFormat;
      this.maxAttentionTokens = options.maxAttentionTokens;
      this.weights = options.weights;
    }

    public Builder outputs(String... names) {
      return outputs(List.of(names));
    }

    public Builder outputs(List<String> names) {
      this.outputs = new ArrayList<>(names);
      return this;
    }

    public Builder statistics(String... groups) {
      return statistics(List.of(groups));
    }

    public Builder statistics(List<String> groups) {
      this.statistics = new ArrayList<>(groups);
      return this;
    }

    public Builder layers(List<Integer> selected) {
      this.layers = new ArrayList<>(selected);
      return this;
    }

    public Builder precision(String value) {
      this.precision = value;
      return this;
    }

    public Builder kernels(String value) {
      this.kernels = value;
      return this;
    }

    public Builder pooling(String value) {
      this.pooling = value;
      return this;
    }

    public Builder promptName(String value) {
      this.promptName = Optional.of(value);
      return this;
    }

    public Builder prompt(String value) {
      this.prompt = Optional.of(value);
      return this;
    }

    public Builder normalize(boolean value) {
      this.normalize = value;
      return this;
    }

    public Builder truncateDim(int value) {
      this.truncateDim = value;
      return this;
    }

    public Builder maxTokens(int value) {
      this.maxTokens = value;
      return this;
    }

    public Builder onTooLong(OnTooLong value) {
      this.onTooLong = value;
      return this;
    }

    public Builder windowOverlap(int value) {
      this.windowOverlap = value;
      return this;
    }

    public Builder embeddingFormat(EmbeddingFormat value) {
      this.embeddingFormat = value;
      return this;
    }

    public Builder batchTokens(int value) {
      this.batchTokens = value;
      return this;
    }

    public Builder matrixFormat(MatrixFormat value) {
      this.matrixFormat = value;
      return this;
    }

    public Builder maxAttentionTokens(int value) {
      this.maxAttentionTokens = value;
      return this;
    }

    public Builder weights(WeightsDistribution value) {
      this.weights = value;
      return this;
    }

    public EncoderOptions build() {
      return new EncoderOptions(
          outputs,
          statistics,
          layers,
          precision,
          kernels,
          pooling,
          promptName,
          prompt,
          normalize,
          truncateDim,
          embeddingFormat,
          maxTokens,
          onTooLong,
          windowOverlap,
          batchTokens,
          matrixFormat,
          maxAttentionTokens,
          weights);
    }
  }
}

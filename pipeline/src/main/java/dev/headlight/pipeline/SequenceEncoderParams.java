package dev.headlight.pipeline;

import dev.headlight.pipeline.EncoderOptions.MatrixFormat;
import dev.headlight.pipeline.EncoderOptions.OnTooLong;
import dev.headlight.pipeline.EncoderOptions.WeightsDistribution;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * Parameters of {@link SequenceEncoder}, by the names that the command line has in kebab case. Only
 * strings, numbers, booleans and arrays of them, which Spark Connect can carry.
 */
abstract class SequenceEncoderParams extends Transformer {
  static final String KEEP = "keep";
  static final String ERROR = "error";

  private final String uid;
  private final Param<String> modelPath;
  private final Param<String> inputType;
  private final Param<String> inputCol;
  private final Param<String> pairCol;
  private final StringArrayParam keepCols;
  private final Param<String> outputPrefix;
  private final StringArrayParam outputs;
  private final StringArrayParam statistics;
  private final IntArrayParam layers;
  private final Param<String> precision;
  private final Param<String> kernels;
  private final Param<String> pooling;
  private final Param<String> promptName;
  private final Param<String> prompt;
  private final BooleanParam normalize;
  private final IntParam truncateDim;
  private final Param<String> embeddingPrecision;
  private final Param<String> embeddingRanges;
  private final IntParam windowOverlap;
  private final IntParam maxTokens;
  private final Param<String> onTooLong;
  private final Param<String> handleInvalid;
  private final IntParam batchTokens;
  private final Param<String> matrixFormat;
  private final IntParam maxAttentionTokens;
  private final Param<String> weights;

  SequenceEncoderParams(String uid) {
    this.uid = uid; // parameters ask for it
    EncoderOptions defaults = EncoderOptions.builder().build();
    EmbeddingFormat format = defaults.embeddingFormat();
    this.modelPath = text("modelPath", "folder of the checkpoint, a path or URI");
    this.inputType =
        text("inputType", "auto, text, tokens, embeddings, image or pixel_values", "auto");
    this.inputCol = text("inputCol", "input column; by default one known by its name");
    this.pairCol = text("pairCol", "second text of a pair; by default text_pair, if it is there");
    this.keepCols = new StringArrayParam(this, "keepCols", "columns to keep; by default all");
    this.outputPrefix = text("outputPrefix", "put before the names of result columns", "");
    this.outputs = texts("outputs", "what to compute", defaults.outputs());
    this.statistics =
        texts("statistics", "default, all, none or groups of statistics", defaults.statistics());
    this.layers = numbers("layers", "selected layers; none for all");
    this.precision = text("precision", "fp32, bf16 or int8", defaults.precision());
    this.kernels = text("kernels", "auto, nd4j or onednn", defaults.kernels());
    this.pooling = text("pooling", "auto or the name of a mode", defaults.pooling());
    this.promptName = text("promptName", "which of the checkpoint's prompts to use");
    this.prompt = text("prompt", "text that stands before each text");
    this.normalize = flag("normalize", "scale embeddings to length 1", defaults.normalize());
    this.truncateDim = number("truncateDim", "cut embeddings to this width; 0 for no cut");
    this.embeddingPrecision =
        text("embeddingPrecision", "float, int8, uint8, binary or ubinary", format.precision());
    this.embeddingRanges = text("embeddingRanges", "file with the range of each dimension");
    this.windowOverlap =
        number("windowOverlap", "tokens that windows share; negative for an eighth of a window");
    setDefault(windowOverlap, (Object) defaults.windowOverlap());
    this.maxTokens = number("maxTokens", "longest sequence; 0 for the model's own limit");
    this.onTooLong = text("onTooLong", "truncate, error or window", defaults.onTooLong());
    this.handleInvalid =
        text("handleInvalid", "keep (nulls, and the reason in the column error) or error", KEEP);
    this.batchTokens = number("batchTokens", "tokens computed at once; 0 for a fitting number");
    this.matrixFormat = text("matrixFormat", "array or binary", defaults.matrixFormat());
    this.maxAttentionTokens =
        number("maxAttentionTokens", "longest sequence whose attention weights are returned");
    setDefault(maxAttentionTokens, (Object) defaults.maxAttentionTokens());
    this.weights = text("weights", "broadcast or file", defaults.weights());
  }

  /** Without a default. */
  private Param<String> text(String name, String description) {
    return new Param<>(this, name, description);
  }

  private Param<String> text(String name, String description, Enum<?> defaultValue) {
    return text(name, description, EncoderOptions.text(defaultValue));
  }

  private Param<String> text(String name, String description, String defaultValue) {
    Param<String> param = text(name, description);
    setDefault(param, defaultValue);
    return param;
  }

  private StringArrayParam texts(String name, String description, List<String> defaultValue) {
    StringArrayParam param = new StringArrayParam(this, name, description);
    setDefault(param, defaultValue.toArray(String[]::new));
    return param;
  }

  private IntParam number(String name, String description) {
    IntParam param = new IntParam(this, name, description);
    setDefault(param, (Object) 0);
    return param;
  }

  private IntArrayParam numbers(String name, String description) {
    IntArrayParam param = new IntArrayParam(this, name, description);
    setDefault(param, new int[0]);
    return param;
  }

  private BooleanParam flag(String name, String description, boolean defaultValue) {
    BooleanParam param = new BooleanParam(this, name, description);
    setDefault(param, (Object) defaultValue);
    return param;
  }

  @Override
  public String uid() {
    return uid;
  }

  public Param<String> modelPath() {
    return modelPath;
  }

  public Param<String> inputType() {
    return inputType;
  }

  public Param<String> inputCol() {
    return inputCol;
  }

  public Param<String> pairCol() {
    return pairCol;
  }

  public StringArrayParam keepCols() {
    return keepCols;
  }

  public Param<String> outputPrefix() {
    return outputPrefix;
  }

  public StringArrayParam outputs() {
    return outputs;
  }

  public StringArrayParam statistics() {
    return statistics;
  }

  public IntArrayParam layers() {
    return layers;
  }

  public Param<String> precision() {
    return precision;
  }

  public Param<String> kernels() {
    return kernels;
  }

  public Param<String> pooling() {
    return pooling;
  }

  public Param<String> promptName() {
    return promptName;
  }

  public Param<String> prompt() {
    return prompt;
  }

  public BooleanParam normalize() {
    return normalize;
  }

  public IntParam truncateDim() {
    return truncateDim;
  }

  public Param<String> embeddingPrecision() {
    return embeddingPrecision;
  }

  public Param<String> embeddingRanges() {
    return embeddingRanges;
  }

  public IntParam windowOverlap() {
    return windowOverlap;
  }

  public IntParam maxTokens() {
    return maxTokens;
  }

  public Param<String> onTooLong() {
    return onTooLong;
  }

  public Param<String> handleInvalid() {
    return handleInvalid;
  }

  public IntParam batchTokens() {
    return batchTokens;
  }

  public Param<String> matrixFormat() {
    return matrixFormat;
  }

  public IntParam maxAttentionTokens() {
    return maxAttentionTokens;
  }

  public Param<String> weights() {
    return weights;
  }

  /** The parameters as options of the engine. */
  final EncoderOptions options() {
    EncoderOptions.Builder options = EncoderOptions.builder();
    optional(promptName).ifPresent(options::promptName);
    optional(prompt).ifPresent(options::prompt);
    return options
        .outputs(List.of(getOrDefault(outputs)))
        .statistics(List.of(getOrDefault(statistics)))
        .layers(Arrays.stream(getOrDefault(layers)).boxed().toList())
        .precision(getOrDefault(precision))
        .kernels(getOrDefault(kernels))
        .pooling(getOrDefault(pooling))
        .normalize((Boolean) getOrDefault(normalize))
        .truncateDim((Integer) getOrDefault(truncateDim))
        .embeddingFormat(
            new EmbeddingFormat(
                EncoderOptions.parse(
                    EmbeddingFormat.Precision.class,
                    "embeddingPrecision",
                    getOrDefault(embeddingPrecision)),
                optional(embeddingRanges)))
        .windowOverlap((Integer) getOrDefault(windowOverlap))
        .maxTokens((Integer) getOrDefault(maxTokens))
        .onTooLong(EncoderOptions.parse(OnTooLong.class, "onTooLong", getOrDefault(onTooLong)))
        .batchTokens((Integer) getOrDefault(batchTokens))
        .matrixFormat(
            EncoderOptions.parse(MatrixFormat.class, "matrixFormat", getOrDefault(matrixFormat)))
        .maxAttentionTokens((Integer) getOrDefault(maxAttentionTokens))
        .weights(EncoderOptions.parse(WeightsDistribution.class, "weights", getOrDefault(weights)))
        .build();
  }

  final InputOptions inputOptions() {
    return new InputOptions(getOrDefault(inputType), optional(inputCol), optional(pairCol));
  }

  private Optional<String> optional(Param<String> param) {
    return Optional.ofNullable(get(param).getOrElse(() -> null));
  }
}

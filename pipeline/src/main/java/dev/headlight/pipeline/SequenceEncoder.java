package dev.headlight.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A step of a Spark ML pipeline that runs a transformer checkpoint on every row and adds columns
 * with what it computes: embeddings, hidden states, statistics of attention.
 *
 * <pre>{@code
 * new SequenceEncoder().setModelPath("hdfs:///models/bert").setInputCol("text").transform(table)
 * }</pre>
 *
 * <p>Lazy: {@link #transform} reads the checkpoint but starts no Spark job. A row that is bad has
 * nulls in the columns and the reason in the column {@code error}, unless {@code handleInvalid} is
 * {@code error}. A table of wide rows is better read with {@link SparkSettings#forSession()}.
 */
public final class SequenceEncoder extends SequenceEncoderParams implements DefaultParamsWritable {
  private transient Distributed distributed;

  /** A model in the hands of Spark, and what it was made of. */
  private record Distributed(String madeOf, ModelSource model) {}

  public SequenceEncoder() {
    this(Identifiable$.MODULE$.randomUID("SequenceEncoder"));
  }

  public SequenceEncoder(String uid) {
    super(uid);
  }

  /** Reads what {@code write()} wrote. */
  public static MLReader<SequenceEncoder> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what {@code save(path)} wrote. */
  public static SequenceEncoder load(String path) {
    return read().load(path);
  }

  public SequenceEncoder setModelPath(String value) {
    set(modelPath(), value);
    return this;
  }

  public SequenceEncoder setInputType(String value) {
    set(inputType(), value);
    return this;
  }

  public SequenceEncoder setInputCol(String value) {
    set(inputCol(), value);
    return this;
  }

  public SequenceEncoder setPairCol(String value) {
    set(pairCol(), value);
    return this;
  }

  public SequenceEncoder setKeepCols(String... values) {
    set(keepCols(), values);
    return this;
  }

  public SequenceEncoder setOutputPrefix(String value) {
    set(outputPrefix(), value);
    return this;
  }

  public SequenceEncoder setOutputs(String... values) {
    set(outputs(), values);
    return this;
  }

  public SequenceEncoder setStatistics(String... values) {
    set(statistics(), values);
    return this;
  }

  public SequenceEncoder setLayers(int... values) {
    set(layers(), values);
    return this;
  }

  public SequenceEncoder setPrecision(String value) {
    set(precision(), value);
    return this;
  }

  public SequenceEncoder setKernels(String value) {
    set(kernels(), value);
    return this;
  }

  public SequenceEncoder setPooling(String value) {
    set(pooling(), value);
    return this;
  }

  public SequenceEncoder setPromptName(String value) {
    set(promptName(), value);
    return this;
  }

  public SequenceEncoder setPrompt(String value) {
    set(prompt(), value);
    return this;
  }

  public SequenceEncoder setNormalize(boolean value) {
    set(normalize(), (Object) value);
    return this;
  }

  public SequenceEncoder setTruncateDim(int value) {
    set(truncateDim(), (Object) value);
    return this;
  }

  public SequenceEncoder setMaxTokens(int value) {
    set(maxTokens(), (Object) value);
    return this;
  }

  public SequenceEncoder setOnTooLong(String value) {
    set(onTooLong(), value);
    return this;
  }

  public SequenceEncoder setWindowOverlap(int value) {
    set(windowOverlap(), (Object) value);
    return this;
  }

  public SequenceEncoder setEmbeddingPrecision(String value) {
    set(embeddingPrecision(), value);
    return this;
  }

  public SequenceEncoder setEmbeddingRanges(String value) {
    set(embeddingRanges(), value);
    return this;
  }

  public SequenceEncoder setHandleInvalid(String value) {
    set(handleInvalid(), value);
    return this;
  }

  public SequenceEncoder setBatchTokens(int value) {
    set(batchTokens(), (Object) value);
    return this;
  }

  public SequenceEncoder setMatrixFormat(String value) {
    set(matrixFormat(), value);
    return this;
  }

  public SequenceEncoder setMaxAttentionTokens(int value) {
    set(maxAttentionTokens(), (Object) value);
    return this;
  }

  public SequenceEncoder setWeights(String value) {
    set(weights(), value);
    return this;
  }

  /**
   * The columns of a result, once parameters, checkpoint and columns have been checked. Reads the
   * checkpoint's configuration and headers.
   *
   * @throws ConfigurationException if they do not fit
   * @throws dev.headlight.safetensors.CheckpointException if the checkpoint cannot be read
   * @throws dev.headlight.config.UnsupportedCheckpointException if its model is not implemented
   */
  @Override
  public StructType transformSchema(StructType schema) {
    return plan(open(), schema).schema(keepsInvalid());
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    CheckpointOnDriver checkpoint = open();
    EncodingPlan plan = plan(checkpoint, dataset.schema());
    return plan.apply(
        dataset.toDF(),
        distribute(dataset.sparkSession(), checkpoint, plan.preprocessing()),
        List.<Column>of(),
        keepsInvalid(),
        keepsInvalid() ? RejectedRows.KEEP : new FailingRows(-1, null),
        EncodingTask.Progress.NONE);
  }

  private CheckpointOnDriver open() {
    if (!isDefined(modelPath())) {
      throw new ConfigurationException(
          "modelPath: expected the folder of a checkpoint, found none. Set it with setModelPath.");
    }
    Configuration configuration = SparkSession.active().sparkContext().hadoopConfiguration();
    return CheckpointOnDriver.open(getOrDefault(modelPath()), configuration);
  }

  private EncodingPlan plan(CheckpointOnDriver checkpoint, StructType schema) {
    EmbeddingFormat format = options().embeddingFormat();
    if (format.precision().needsRanges() && format.ranges().isEmpty()) {
      throw new ConfigurationException(
          "embeddingPrecision %s: expected embeddingRanges, found none. Embeddings that are not computed yet have no ranges: take those that the command run writes to %s, or binary."
              .formatted(EncoderOptions.text(format.precision()), EncodingJob.EMBEDDING_RANGES));
    }
    return EncodingPlan.of(
        checkpoint, options(), inputOptions(), schema, kept(schema), getOrDefault(outputPrefix()));
  }

  private List<KeptColumn> kept(StructType schema) {
    String[] names = isSet(keepCols()) ? getOrDefault(keepCols()) : schema.fieldNames();
    return Arrays.stream(names).map(name -> KeptColumn.of(schema, name, name)).toList();
  }

  private boolean keepsInvalid() {
    String value = getOrDefault(handleInvalid());
    if (!value.equals(KEEP) && !value.equals(ERROR)) {
      throw new ConfigurationException(
          "handleInvalid: expected %s or %s, found '%s'".formatted(KEEP, ERROR, value));
    }
    return value.equals(KEEP);
  }

  /** Hands the model to Spark, once for the life of this object and its copies. */
  private synchronized ModelSource distribute(
      SparkSession spark, CheckpointOnDriver checkpoint, Preprocessing preprocessing) {
    EncoderOptions options = options();
    try {
      String madeOf =
          String.join(
              "\n",
              spark.sparkContext().applicationId(),
              checkpoint.fingerprint(),
              options.kernels(),
              options.precision(),
              EncoderOptions.text(options.weights()),
              Boolean.toString(preprocessing.tokenizer().isPresent()),
              Boolean.toString(preprocessing.images().isPresent()));
      if (distributed == null || !distributed.madeOf().equals(madeOf)) {
        distributed = new Distributed(madeOf, checkpoint.distribute(spark, options, preprocessing));
      }
      return distributed.model();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized SequenceEncoder copy(ParamMap extra) {
    SequenceEncoder copy = defaultCopy(extra);
    copy.distributed = distributed;
    return copy;
  }
}

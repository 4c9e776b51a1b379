package dev.headlight.pipeline;

import dev.headlight.pipeline.RunOptions.OnError;
import dev.headlight.pipeline.report.Report;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The main job: a checkpoint and a table in, the tables {@code sequences}, {@code quarantine} and
 * {@code summary}, the files {@code run.json}, {@code atlas.json} and {@code report.html} out.
 *
 * <pre>{@code
 * EncodingJob job = EncodingJob.prepare(spark, RunOptions.of(model, input, output).build());
 * RunResult result = job.run();
 * }</pre>
 */
public final class EncodingJob {
  /** Folders of the tables in the output folder. */
  public static final String SEQUENCES = "sequences";

  public static final String QUARANTINE = "quarantine";
  public static final String SUMMARY = "summary";
  public static final String EXAMPLES = "examples";

  /** File with the ranges that embeddings of int8 and uint8 were given, if they are of this run. */
  public static final String EMBEDDING_RANGES = "embedding_ranges.json";

  private static final String CALIBRATION_FORMAT = "parquet";
  private static final String ID = "id";
  private static final String INTERNAL_ID = "__headlight_id";
  private static final String INTERNAL_FILE = "__headlight_file";

  private final SparkSession spark;
  private final RunOptions options;
  private final CheckpointOnDriver checkpoint;
  private final InputTable input;
  private final Dataset<Row> table;
  private final EncodingPlan plan;
  private final TaskCount tasks;
  private final RunProgress progress;
  private final OutputFolder output;
  private final Path work;
  private final String jobGroup = "headlight-" + UUID.randomUUID();

  private EncodingJob(SparkSession spark, RunOptions options) {
    this.spark = spark;
    this.options = options;
    this.output = OutputFolder.of(options, hadoop());
    this.work = output.child("_work-" + UUID.randomUUID());
    this.checkpoint = CheckpointOnDriver.open(options.model(), hadoop());
    TableFormat.require(options.format());
    SparkSettings.apply(spark);
    this.input = InputTable.open(spark, options);
    this.table = withIds(input);
    this.plan =
        EncodingPlan.of(
            checkpoint, options.encoder(), options.inputOptions(), table.schema(), kept(), "");
    SparkContext context = spark.sparkContext();
    this.tasks =
        TaskCount.of(input.table(), options.partitions(), context.defaultParallelism(), hadoop());
    this.progress = new RunProgress(context, jobGroup, tasks.rows());
  }

  /**
   * Checks everything that can be checked before rows are read: checkpoint, options, columns,
   * output folder. Writes nothing.
   *
   * @throws ConfigurationException if something is wrong with the options or the table
   * @throws dev.headlight.safetensors.CheckpointException if the checkpoint cannot be read
   * @throws dev.headlight.config.UnsupportedCheckpointException if its model is not implemented
   */
  public static EncodingJob prepare(SparkSession spark, RunOptions options) {
    EncodingJob job = new EncodingJob(spark, options);
    job.output.requireFree(options.resume(), job.manifest());
    return job;
  }

  /**
   * Checks what {@link #prepare} checks, except for the output folder, and computes a few rows to
   * tell what a run would take. Runs Spark jobs and writes nothing.
   *
   * @throws ConfigurationException and others as {@link #prepare}
   */
  public static RunEstimate estimate(SparkSession spark, RunOptions options) {
    EncodingJob job = new EncodingJob(spark, options);
    return new RunEstimator(spark, job.checkpoint, job.plan, options)
        .estimate(job.table, EncodingPlan.column(INTERNAL_FILE));
  }

  /** How far the run is; may be asked from any thread while {@link #run} works. */
  public RunProgress.Snapshot progress() {
    return progress.snapshot();
  }

  /** Columns of the table {@code sequences}. */
  public StructType sequencesSchema() {
    return plan.writtenSchema();
  }

  /**
   * Runs the job.
   *
   * @throws RunFailedException if it fails; {@code run.json} says why, too
   */
  public RunResult run() {
    long start = System.nanoTime();
    RunManifest manifest = manifest();
    try {
      output.clear();
      manifest.write();
      PartitionReports reports = new PartitionReports();
      spark.sparkContext().register(reports, "headlight partitions");
      ModelSource model = checkpoint.distribute(spark, options.encoder(), plan.preprocessing());
      double computationSeconds = encode(model, reports);
      if (plan.calibrates()) {
        quantize();
      }
      quarantine(reports);
      PartitionCounts counts = reports.total();
      summarize(model);
      SparkContext context = spark.sparkContext();
      int slots =
          Math.max(1, context.defaultParallelism() / context.conf().getInt("spark.task.cpus", 1));
      manifest.succeeded(RunResult.of(counts, seconds(start), computationSeconds, slots), counts);
      manifest.write();
      if (options.report()) {
        Report.write(spark, output.path(), options.format());
      }
      return RunResult.of(counts, seconds(start), computationSeconds, slots);
    } catch (Exception | Error e) {
      // Spark throws exceptions that its methods do not declare.
      throw failed(manifest, e);
    }
  }

  private RunFailedException failed(RunManifest manifest, Throwable cause) {
    RunFailedException failure = RunFailedException.of(cause);
    manifest.failed(failure);
    try {
      manifest.write();
      HadoopFiles.delete(work, hadoop());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private double encode(ModelSource model, PartitionReports reports) {
    SparkContext context = spark.sparkContext();
    List<Column> extra =
        List.of(
            QuarantineTable.idText(EncodingPlan.column(INTERNAL_ID), input.idType())
                .as("__headlight_id_text"),
            EncodingPlan.column(INTERNAL_FILE));
    int firstExtra = kept().size();
    RejectedRows rejectedRows =
        options.onError() == OnError.FAIL
            ? new FailingRows(firstExtra, reports)
            : new QuarantineFiles(
                work.toString(),
                new SerializableConfiguration(hadoop()),
                reports,
                firstExtra,
                firstExtra + 1);
    Dataset<Row> encoded =
        plan.apply(spread(), model, extra, false, rejectedRows, progress.reporter());
    long start = System.nanoTime();
    if (model instanceof BroadcastModel broadcast) {
      progress.whenModelIsEverywhere(broadcast::unpersist);
    }
    context.addSparkListener(progress);
    context.setJobGroup(jobGroup, "Headlight: computing sequences", false);
    try {
      encoded
          .write()
          .format(plan.calibrates() ? CALIBRATION_FORMAT : options.format())
          .save((plan.calibrates() ? calibration() : output.child(SEQUENCES)).toString());
    } finally {
      context.clearJobGroup();
      context.removeSparkListener(progress);
    }
    return seconds(start);
  }

  private Path calibration() {
    return new Path(work, "calibration");
  }

  /** Writes the embeddings again, once it is known what ranges all of them have. */
  private void quantize() throws IOException {
    Dataset<Row> table = StoredTables.read(spark, CALIBRATION_FORMAT, calibration().toString());
    EmbeddingRanges ranges =
        EmbeddingRanges.of(
            table,
            EncodingPlan.column(plan.embeddingColumn()),
            plan.embedding().orElseThrow().width());
    HadoopFiles.write(output.child(EMBEDDING_RANGES), ranges.toJson(), hadoop());
    plan.quantized(table, ranges)
        .write()
        .format(options.format())
        .save(output.child(SEQUENCES).toString());
  }

  private Dataset<Row> spread() {
    Column[] needed =
        plan.tableColumns(List.of(INTERNAL_FILE)).stream()
            .map(EncodingPlan::column)
            .toArray(Column[]::new);
    Dataset<Row> selected = table.select(needed);
    return tasks.repartition().isPresent()
        ? selected.repartition(tasks.repartition().getAsInt(), EncodingPlan.column(INTERNAL_ID))
        : selected;
  }

  private void quarantine(PartitionReports reports) throws IOException {
    QuarantineTable.read(spark, work.toString(), reports, input.idType())
        .coalesce(1)
        .write()
        .format(options.format())
        .save(output.child(QUARANTINE).toString());
    HadoopFiles.delete(work, hadoop());
  }

  private void summarize(ModelSource model) throws IOException {
    Findings findings = new Findings(spark, output.path(), options.format());
    int exampleTokens = options.encoder().maxAttentionTokens();
    findings.write(findings.read(SEQUENCES), options.summaryBy(), exampleTokens);
    if (!options.examples().isEmpty() && exampleTokens > 0) {
      Column id = QuarantineTable.idText(EncodingPlan.column(INTERNAL_ID), input.idType());
      new ExamplePatterns(spark, checkpoint, options, table, kept(), id).write(findings, model);
    }
  }

  private static Dataset<Row> withIds(InputTable input) {
    Dataset<Row> withId = input.table().withColumn(INTERNAL_ID, input.id());
    Column file =
        input.sourceFile() == null
            ? org.apache.spark.sql.functions.lit(null).cast("string")
            : input.sourceFile();
    return withId.withColumn(INTERNAL_FILE, file);
  }

  /** The id, then the columns that the user keeps. */
  private List<KeptColumn> kept() {
    List<KeptColumn> kept = new ArrayList<>();
    kept.add(KeptColumn.of(table.schema(), INTERNAL_ID, ID));
    for (String name : new LinkedHashSet<>(options.keep())) {
      boolean isTheId = name.equals(ID) && input.idColumn().equals(Optional.of(ID));
      if (!isTheId) {
        kept.add(KeptColumn.of(table.schema(), name, name));
      }
    }
    return kept;
  }

  private RunManifest manifest() {
    return RunManifest.start(output.path(), options, checkpoint, plan, spark);
  }

  private Configuration hadoop() {
    return spark.sparkContext().hadoopConfiguration();
  }

  private static double seconds(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos) / 1000.0;
  }
}

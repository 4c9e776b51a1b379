package dev.headlight.pipeline;

import dev.headlight.config.ModelConfig;
import dev.headlight.kernel.Kernels;
import dev.headlight.pipeline.EmbeddingFormat.Precision;
import dev.headlight.pipeline.EncoderOptions.MatrixFormat;
import dev.headlight.pipeline.EncoderOptions.OnTooLong;
import dev.headlight.statistics.StatisticCatalogue;
import dev.headlight.text.EmbeddingRecipe;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A model, a table's columns and a request put together and checked: everything that is known
 * before a row is read. Lazy: applying it starts no Spark job.
 */
final class EncodingPlan {
  /** Largest result of one row; a row of Spark's and its arrays end at 2 GiB. */
  static final long MOST_ROW_BYTES = 1L << 30;

  /** What names of columns begin with that no table has. */
  static final String INTERNAL = "__headlight_";

  private static final EmbeddingQuantizer NOT_QUANTIZED =
      new EmbeddingQuantizer(Precision.FLOAT, Optional.empty());

  private final ModelConfig config;
  private final EncoderOptions options;
  private final InputSelection input;
  private final RequestBuilder request;
  private final ResultColumns columns;
  private final Optional<EmbeddingRecipe> embedding;
  private final TextReading text;
  private final Preprocessing preprocessing;
  private final EmbeddingQuantizer quantizer;

  private EncodingPlan(
      CheckpointOnDriver checkpoint,
      EncoderOptions options,
      InputSelection input,
      List<KeptColumn> kept,
      String prefix) {
    this.config = checkpoint.config();
    this.options = options;
    this.input = input;
    this.request = new RequestBuilder(options.layers(), checkpoint.specialTokens());
    List<Output> outputs = Outputs.of(options);
    outputs.forEach(output -> output.request(request, options));
    // Read for texts also if no embeddings are wanted: it knows the prompt.
    boolean embeds =
        outputs.stream().anyMatch(output -> output.name().equals(EmbeddingOutput.NAME));
    InputRequirements.of(options, input).check(outputs);
    TextReading reading = checkpoint.textReading(options, "");
    this.embedding =
        embeds || readsText()
            ? Optional.of(
                checkpoint.embedding(
                    options, readsText() ? Optional.of(reading) : Optional.empty()))
            : Optional.empty();
    this.text = checkpoint.textReading(options, embedding.map(EmbeddingRecipe::prompt).orElse(""));
    this.preprocessing = preprocessing(checkpoint);
    this.quantizer = embeds ? quantizer(checkpoint) : NOT_QUANTIZED;
    EmbeddingQuantizer inTasks = calibrates() ? NOT_QUANTIZED : quantizer;
    Output.Context context =
        new Output.Context(config, options, request, decodes(), embedding, inTasks);
    this.columns =
        new ResultColumns(
            kept,
            prefix,
            ResultColumns.sizes(readsWindows(), decodes()),
            options.matrixFormat() == MatrixFormat.BINARY
                ? OptionalInt.of(config.hiddenSize())
                : OptionalInt.empty(),
            outputs.stream().flatMap(output -> output.columns(context).stream()).toList());
  }

  /**
   * Checks options against a model and a table.
   *
   * @param kept columns of the table to take over, in order
   * @param prefix what results' names will have before them
   * @throws ConfigurationException if they do not fit
   */
  static EncodingPlan of(
      CheckpointOnDriver checkpoint,
      EncoderOptions options,
      InputOptions inputOptions,
      StructType schema,
      List<KeptColumn> kept,
      String prefix) {
    kernels(options);
    requireLayers(options, checkpoint.config());
    InputSelection input =
        InputSelection.of(
            schema, inputOptions, checkpoint.config(), checkpoint.tokenizer().isPresent());
    if (Outputs.headGroups(options).contains(StatisticCatalogue.LOOKBACK)) {
      input = input.withSegments(schema);
    }
    EncodingPlan plan = new EncodingPlan(checkpoint, options, input, kept, prefix);
    plan.columns.requireNewNames(false);
    return plan;
  }

  /**
   * The kernels that options ask for, on this machine.
   *
   * @throws ConfigurationException if it has none such
   */
  static Kernels kernels(EncoderOptions options) {
    try {
      return Kernels.named(options.kernels(), options.precision());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage(), e);
    }
  }

  private static void requireLayers(EncoderOptions options, ModelConfig config) {
    int layers = config.stacks().stream().mapToInt(stack -> stack.blocks().size()).max().orElse(0);
    for (int layer : options.layers()) {
      if (layer < 0 || layer >= layers) {
        throw new ConfigurationException(
            "layers: expected numbers from 0 to %d, found %d".formatted(layers - 1, layer));
      }
    }
  }

  /** Columns of the table that are read, with others that are wanted. */
  List<String> tableColumns(List<String> others) {
    Set<String> names = new LinkedHashSet<>();
    columns.kept().forEach(column -> names.add(column.column()));
    input.sides().stream()
        .flatMap(side -> side.candidates().stream())
        .forEach(candidate -> names.add(candidate.column()));
    names.addAll(others);
    return List.copyOf(names);
  }

  /** How hidden states become embeddings, where embeddings are computed or texts read. */
  Optional<EmbeddingRecipe> embedding() {
    return embedding;
  }

  /** What is read for the encoder, or the only stack. */
  InputSelection.Side mainInput() {
    return input.input();
  }

  /** What stands before each text. */
  String prompt() {
    return text.prompt();
  }

  /** Longest sequence of the encoder, or the only stack. */
  int maxTokens() {
    return text.maxTokens(config.stack(), readsText());
  }

  boolean decodes() {
    return input.decoder().isPresent();
  }

  private Preprocessing preprocessing(CheckpointOnDriver checkpoint) {
    return new Preprocessing(
        readsText() ? checkpoint.tokenizer() : Optional.empty(),
        input.reads(ImageSource.class)
            ? Optional.of(checkpoint.imageProcessor())
            : Optional.empty());
  }

  private EmbeddingQuantizer quantizer(CheckpointOnDriver checkpoint) {
    EmbeddingFormat format = options.embeddingFormat();
    int width = embedding.orElseThrow().width();
    return new EmbeddingQuantizer(
        format.precision(),
        format.ranges().map(location -> checkpoint.embeddingRanges(location, width)));
  }

  /**
   * Whether embeddings are written as numbers that depend on all of them: then what this plan makes
   * has them as they are computed, and {@link #quantized} comes after.
   */
  boolean calibrates() {
    return quantizer.precision().needsRanges() && quantizer.ranges().isEmpty();
  }

  /** The name of the column of embeddings. */
  String embeddingColumn() {
    return columns.prefix() + EmbeddingOutput.NAME;
  }

  /** Columns of the table that is written in the end. */
  StructType writtenSchema() {
    StructField[] fields = schema(false).fields();
    for (int i = 0; i < fields.length; i++) {
      if (fields[i].name().equals(embeddingColumn()) && calibrates()) {
        fields[i] = DataTypes.createStructField(embeddingColumn(), quantizer.type(), true);
      }
    }
    return new StructType(fields);
  }

  /** What this plan made, with embeddings of fewer bits. */
  Dataset<Row> quantized(Dataset<Row> table, EmbeddingRanges ranges) {
    EmbeddingQuantizer known = new EmbeddingQuantizer(quantizer.precision(), Optional.of(ranges));
    return table.withColumn(embeddingColumn(), known.apply(column(embeddingColumn())));
  }

  private boolean readsWindows() {
    return options.onTooLong() == OnTooLong.WINDOW;
  }

  private boolean readsText() {
    return input.reads(TextSource.class);
  }

  /** What rows go through before they are input of the model. */
  Preprocessing preprocessing() {
    return preprocessing;
  }

  /** Columns of the result: kept ones, then {@code n_tokens}, {@code truncated} and outputs. */
  StructType schema(boolean errorColumn) {
    return columns.schema(errorColumn);
  }

  /**
   * Runs the model on a table, row by row, as the result is read.
   *
   * @param table with the columns this plan was made for
   * @param extra further columns that the tasks see after the kept ones, for {@code rejectedRows}
   * @param errorColumn whether bad rows stand in the result with a reason
   */
  Dataset<Row> apply(
      Dataset<Row> table,
      ModelSource model,
      List<Column> extra,
      boolean errorColumn,
      RejectedRows rejectedRows,
      EncodingTask.Progress progress) {
    List<Column> taken = new ArrayList<>();
    columns.kept().forEach(column -> taken.add(column(column.column())));
    taken.addAll(extra);
    TravellingColumns travelling = new TravellingColumns(taken);
    boolean truncates = options.onTooLong() != OnTooLong.ERROR;
    RowReader reader = travelling.add(input, config, text, truncates);
    Cost rowCost = columns.cost();
    EncodingTask task =
        new EncodingTask(
            model,
            reader,
            columns.kept().size(),
            request,
            new ArrayList<>(columns.outputs().stream().map(OutputColumn::payload).toList()),
            BatchBudget.of(options.batchTokens(), config, rowCost),
            rowCost,
            readsWindows(),
            decodes(),
            errorColumn,
            rejectedRows,
            progress);
    Dataset<Row> encoded =
        table
            .select(travelling.columns())
            .mapPartitions(task, Encoders.row(columns.payloadSchema(errorColumn)));
    return encoded.select(columns.finished(errorColumn).toArray(Column[]::new));
  }

  /** A column by its name as it is, dots and all. */
  static Column column(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }
}

package dev.headlight.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What the main job is to do.
 *
 * @param model folder of the checkpoint, a URI
 * @param input table to read, a URI
 * @param output folder to write, a URI; must not exist
 * @param inputFormat name of a Spark data source
 * @param inputOptions which column is the input
 * @param idColumn column that names rows; empty for {@code id} where there is one, else file and
 *     position
 * @param keep columns to take over
 * @param encoder what to compute
 * @param onError what becomes of bad rows
 * @param format of the written tables, name of a Spark data source
 * @param partitions tasks to divide the table into; 0 for a number that fits the cluster
 * @param resume whether to take up a run that ended early
 * @param summaryBy a kept column by whose values statistics are summed up, too
 * @param examples which sequences' attention weights are kept to look at
 * @param report whether to write {@code report.html}
 */
public record RunOptions(
    String model,
    String input,
    String output,
    String inputFormat,
    InputOptions inputOptions,
    Optional<String> idColumn,
    List<String> keep,
    EncoderOptions encoder,
    OnError onError,
    String format,
    int partitions,
    boolean resume,
    Optional<String> summaryBy,
    Examples examples,
    boolean report) {

  /** What becomes of bad rows. */
  public enum OnError {
    /** They are written to the table {@code quarantine}, with a reason. */
    QUARANTINE,
    /** The first one fails the job. */
    FAIL
  }

  /**
   * Sequences whose attention weights are kept to look at.
   *
   * @param count how many, of those with the highest values; 0 for none
   * @param ids further ones, as text
   */
  public record Examples(int count, List<String> ids) {
    /** The most examples of a run. */
    public static final int MOST = 100;

    public static final Examples NONE = new Examples(0, List.of());

    public Examples {
      ids = List.copyOf(ids);
      if (count < 0 || count > MOST || ids.size() > MOST) {
        throw new ConfigurationException(
            "examples: expected 0 to %d, and as many ids at most, found %d, and %d ids"
                .formatted(MOST, count, ids.size()));
      }
    }

    /** Whether there are none. */
    public boolean isEmpty() {
      return count == 0 && ids.isEmpty();
    }
  }

  public RunOptions {
    Objects.requireNonNull(model, "model is null");
    Objects.requireNonNull(input, "input is null");
    Objects.requireNonNull(output, "output is null");
    keep = List.copyOf(keep);
    if (summaryBy.isPresent() && !keep.contains(summaryBy.get())) {
      throw new ConfigurationException(
          "summary-by: expected one of the columns that are kept, found '%s'. Add it to keep."
              .formatted(summaryBy.get()));
    }
    if (partitions < 0) {
      throw new ConfigurationException(
          "partitions: expected a number of 1 or more, or 0 for the default, found %d"
              .formatted(partitions));
    }
  }

  /** Options of a run with the defaults for all but the places. */
  public static Builder of(String model, String input, String output) {
    return new Builder(model, input, output);
  }

  /** Collects options; what is not set has its default. */
  public static final class Builder {
    private final String model;
    private final String input;
    private final String output;
    private String inputFormat = "parquet";
    private InputOptions inputOptions = InputOptions.AUTO;
    private Optional<String> idColumn = Optional.empty();
    private List<String> keep = List.of();
    private EncoderOptions encoder = EncoderOptions.builder().build();
    private OnError onError = OnError.QUARANTINE;
    private String format = "parquet";
    private int partitions;
    private boolean resume;
    private Optional<String> summaryBy = Optional.empty();
    private Examples examples = Examples.NONE;
    private boolean report;

    private Builder(String model, String input, String output) {
      this.model = model;
      this.input = input;
      this.output = output;
    }

    public Builder inputFormat(String value) {
      this.inputFormat = value;
      return this;
    }

    public Builder inputOptions(InputOptions value) {
      this.inputOptions = value;
      return this;
    }

    public Builder idColumn(String value) {
      this.idColumn = Optional.of(value);
      return this;
    }

    public Builder keep(List<String> columns) {
      this.keep = new ArrayList<>(columns);
      return this;
    }

    public Builder encoder(EncoderOptions value) {
      this.encoder = value;
      return this;
    }

    /** Changes some of the options set so far of what to compute. */
    public Builder encoder(UnaryOperator<EncoderOptions.Builder> changes) {
      this.encoder = encoder.with(changes);
      return this;
    }

    public Builder onError(OnError value) {
      this.onError = value;
      return this;
    }

    public Builder format(String value) {
      this.format = value;
      return this;
    }

    public Builder partitions(int value) {
      this.partitions = value;
      return this;
    }

    public Builder resume(boolean value) {
      this.resume = value;
      return this;
    }

    public Builder summaryBy(String column) {
      this.summaryBy = Optional.of(column);
      return this;
    }

    public Builder examples(Examples value) {
      this.examples = value;
      return this;
    }

    public Builder report(boolean value) {
      this.report = value;
      return this;
    }

    public RunOptions build() {
      return new RunOptions(
          model,
          input,
          output,
          inputFormat,
          inputOptions,
          idColumn,
          keep,
          encoder,
          onError,
          format,
          partitions,
          resume,
          summaryBy,
          examples,
          report);
    }
  }
}

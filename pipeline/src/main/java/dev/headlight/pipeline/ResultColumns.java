package dev.headlight.pipeline;

import static org.apache.spark.sql.functions.lit;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a result, as tasks make them and as users see them: kept ones, sizes of sequences,
 * outputs, and reasons of bad rows where they are asked for.
 *
 * @param kept columns of the table, in order
 * @param prefix what the names of all but the kept ones have before them
 * @param sizes of sequences, such as {@code n_tokens}; without the prefix
 * @param width of matrices, if a column tells it
 * @param outputs what is computed; names without the prefix
 */
record ResultColumns(
    List<KeptColumn> kept,
    String prefix,
    List<StructField> sizes,
    OptionalInt width,
    List<OutputColumn> outputs) {
  private static final String ERROR = "error";
  private static final String WIDTH = "width";
  private static final StructType ERROR_TYPE =
      new StructType()
          .add("reason", DataTypes.StringType, false)
          .add("message", DataTypes.StringType, false);

  ResultColumns {
    kept = List.copyOf(kept);
    sizes = List.copyOf(sizes);
    outputs = List.copyOf(outputs);
  }

  /**
   * Columns with sizes of sequences.
   *
   * @param windows whether long texts are read in windows
   * @param decoder whether there are sequences of a decoder, too
   */
  static List<StructField> sizes(boolean windows, boolean decoder) {
    List<StructField> fields = new ArrayList<>();
    fields.add(field("n_tokens", DataTypes.IntegerType, true));
    fields.add(field("truncated", DataTypes.BooleanType, true));
    if (windows) {
      fields.add(field("n_windows", DataTypes.IntegerType, true));
    }
    if (decoder) {
      fields.add(field("decoder_n_tokens", DataTypes.IntegerType, true));
    }
    return fields;
  }

  /** Memory of all outputs of a row. */
  Cost cost() {
    return outputs.stream().map(OutputColumn::cost).reduce(Cost.NONE, Cost::plus);
  }

  /**
   * Checks that no kept column has the name of a result.
   *
   * @throws ConfigurationException if one has
   */
  void requireNewNames(boolean errorColumn) {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    results(errorColumn).forEach(field -> names.add(field.name()));
    for (KeptColumn column : kept) {
      if (!names.add(column.name())) {
        throw new ConfigurationException(
            "column '%s' of the table has the name of a result. Rename it, or do not keep it."
                .formatted(column.name()));
      }
    }
  }

  /**
   * Columns as users see them.
   *
   * @throws ConfigurationException if two have the same name
   */
  StructType schema(boolean errorColumn) {
    requireNewNames(errorColumn);
    List<StructField> fields = new ArrayList<>();
    kept.forEach(column -> fields.add(field(column.name(), column.type(), column.nullable())));
    fields.addAll(results(errorColumn));
    return new StructType(fields.toArray(StructField[]::new));
  }

  private List<StructField> results(boolean errorColumn) {
    List<StructField> fields = new ArrayList<>(sizes);
    if (width.isPresent()) {
      fields.add(field(WIDTH, DataTypes.IntegerType, false));
    }
    outputs.forEach(output -> fields.add(field(output.name(), output.type(), true)));
    if (errorColumn) {
      fields.add(field(ERROR, ERROR_TYPE, true));
    }
    return fields.stream()
        .map(result -> field(prefix + result.name(), result.dataType(), result.nullable()))
        .toList();
  }

  /** Columns as tasks make them; kept ones under names that no table has. */
  StructType payloadSchema(boolean errorColumn) {
    List<StructField> fields = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      fields.add(field(EncodingPlan.INTERNAL + i, kept.get(i).type(), kept.get(i).nullable()));
    }
    fields.addAll(sizes);
    outputs.forEach(output -> fields.add(field(output.name(), DataTypes.BinaryType, true)));
    if (errorColumn) {
      fields.add(field(ERROR, ERROR_TYPE, true));
    }
    return new StructType(fields.toArray(StructField[]::new));
  }

  /** What makes the columns users see of those that tasks make. */
  List<Column> finished(boolean errorColumn) {
    List<Column> result = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      result.add(EncodingPlan.column(EncodingPlan.INTERNAL + i).as(kept.get(i).name()));
    }
    sizes.forEach(size -> result.add(result(size.name(), EncodingPlan.column(size.name()))));
    width.ifPresent(columns -> result.add(result(WIDTH, lit(columns))));
    for (OutputColumn output : outputs) {
      Column made = output.fromPayload().apply(EncodingPlan.column(output.name()));
      result.add(result(output.name(), made));
    }
    if (errorColumn) {
      result.add(result(ERROR, EncodingPlan.column(ERROR)));
    }
    return result;
  }

  private Column result(String name, Column value) {
    return value.as(prefix + name);
  }

  private static StructField field(String name, DataType type, boolean nullable) {
    return DataTypes.createStructField(name, type, nullable);
  }
}

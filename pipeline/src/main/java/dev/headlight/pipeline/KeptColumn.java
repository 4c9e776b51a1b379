package dev.headlight.pipeline;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A column of a table that is taken over into a result.
 *
 * @param column its name in the table
 * @param name its name in the result
 */
record KeptColumn(String column, String name, DataType type, boolean nullable) {
  static KeptColumn of(StructType schema, String column, String name) {
    StructField field = InputSelection.field(schema, column);
    return new KeptColumn(column, name, field.dataType(), field.nullable());
  }
}

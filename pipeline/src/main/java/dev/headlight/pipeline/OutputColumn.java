package dev.headlight.pipeline;

import java.io.Serializable;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * One column of the {@code sequences} table.
 *
 * @param name of the column
 * @param type of the column
 * @param payload its value for an example as bytes, computed by the tasks; null for null
 * @param fromPayload the column made of the bytes
 * @param cost bytes of a value
 */
record OutputColumn(
    String name, DataType type, Payload payload, UnaryOperator<Column> fromPayload, Cost cost) {

  /** Computes a value; sent to the tasks. */
  interface Payload extends Function<EncodedSequence, byte[]>, Serializable {}

  /** A column of bytes, just as the tasks compute them. */
  static OutputColumn ofBytes(String name, Payload payload, Cost cost) {
    return new OutputColumn(name, DataTypes.BinaryType, payload, UnaryOperator.identity(), cost);
  }
}

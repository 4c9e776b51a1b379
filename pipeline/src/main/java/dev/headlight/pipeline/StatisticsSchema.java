package dev.headlight.pipeline;

import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Types of the columns that hold one struct per head or per layer. */
final class StatisticsSchema {
  private StatisticsSchema() {}

  /** {@code array<struct<attention, layer, head, one float per statistic>>}. */
  static ArrayType perHead(List<String> statistics) {
    StructType head = layer().add("head", DataTypes.IntegerType, false);
    return arrayOf(withStatistics(head, statistics));
  }

  /** {@code array<struct<attention, layer, one float per statistic>>}. */
  static ArrayType perLayer(List<String> statistics) {
    return arrayOf(withStatistics(layer(), statistics));
  }

  /** {@code array<struct<attention, layer, head, value>>}. */
  static ArrayType perHead(String name, DataType type) {
    return arrayOf(layer().add("head", DataTypes.IntegerType, false).add(name, type, false));
  }

  /** {@code array<struct<attention, layer, value>>}. */
  static ArrayType perLayer(String name, DataType type) {
    return arrayOf(layer().add(name, type, false));
  }

  private static StructType layer() {
    return new StructType()
        .add("attention", DataTypes.StringType, false)
        .add("layer", DataTypes.IntegerType, false);
  }

  private static StructType withStatistics(StructType struct, List<String> statistics) {
    StructType result = struct;
    for (String statistic : statistics) {
      result = result.add(statistic, DataTypes.FloatType, true);
    }
    return result;
  }

  private static ArrayType arrayOf(StructType struct) {
    return DataTypes.createArrayType(struct, false);
  }
}

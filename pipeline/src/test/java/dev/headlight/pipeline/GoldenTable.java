package dev.headlight.pipeline;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The inputs of one run of a test checkpoint as a table without padding: {@code id} counts from 0,
 * and the inputs have the names that Hugging Face gives them.
 */
record GoldenTable(GoldenCase golden, String run, StructType schema, List<Row> rows) {
  static GoldenTable of(GoldenCase golden, String run) {
    Tensors inputs = golden.inputs(run);
    List<String> names =
        inputs.names().stream().filter(name -> !name.endsWith("attention_mask")).toList();
    StructType schema = new StructType().add("id", DataTypes.LongType);
    for (String name : names) {
      schema = schema.add(name, type(inputs, name));
    }
    List<Row> rows = new ArrayList<>();
    int batch = (int) inputs.shape(names.get(0))[0];
    for (int b = 0; b < batch; b++) {
      List<Object> values = new ArrayList<>(List.of((long) b));
      for (String name : names) {
        values.add(value(inputs, name, b));
      }
      rows.add(RowFactory.create(values.toArray()));
    }
    return new GoldenTable(golden, run, schema, rows);
  }

  Dataset<Row> table() {
    return TestSpark.session().createDataFrame(rows, schema);
  }

  int tokens(int b) {
    Tensors inputs = golden.inputs(run);
    if (inputs.has("pixel_values")) {
      return (int) golden.expected(run).shape("last_hidden_state")[1];
    }
    String name = inputs.has("input_ids") ? "input_ids" : "inputs_embeds";
    return length(inputs, name, b);
  }

  private static ArrayType type(Tensors inputs, String name) {
    if (inputs.shape(name).length == 2) {
      return DataTypes.createArrayType(DataTypes.IntegerType);
    }
    ArrayType matrix = DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.FloatType));
    return inputs.shape(name).length == 3 ? matrix : DataTypes.createArrayType(matrix);
  }

  private static Object value(Tensors inputs, String name, int b) {
    if (inputs.shape(name).length == 4) {
      return image(inputs, name, b);
    }
    int length = length(inputs, name, b);
    int padded = (int) inputs.shape(name)[1];
    if (inputs.shape(name).length == 2) {
      long[] ids = inputs.longs(name);
      return Arrays.stream(ids, b * padded, b * padded + length).mapToObj(id -> (int) id).toList();
    }
    int width = (int) inputs.shape(name)[2];
    float[] values = inputs.floats(name);
    List<List<Float>> rows = new ArrayList<>();
    for (int t = 0; t < length; t++) {
      List<Float> row = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        row.add(values[(b * padded + t) * width + i]);
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<List<List<Float>>> image(Tensors inputs, String name, int b) {
    int[] shape = Arrays.stream(inputs.shape(name)).mapToInt(Math::toIntExact).toArray();
    float[] values = inputs.floats(name);
    int at = b * shape[1] * shape[2] * shape[3];
    List<List<List<Float>>> channels = new ArrayList<>();
    for (int c = 0; c < shape[1]; c++) {
      List<List<Float>> rows = new ArrayList<>();
      for (int y = 0; y < shape[2]; y++) {
        List<Float> row = new ArrayList<>();
        for (int x = 0; x < shape[3]; x++) {
          row.add(values[at++]);
        }
        rows.add(row);
      }
      channels.add(rows);
    }
    return channels;
  }

  /** Padding is on the right everywhere. */
  private static int length(Tensors inputs, String name, int b) {
    String mask = name.startsWith("decoder_") ? "decoder_attention_mask" : "attention_mask";
    int padded = (int) inputs.shape(name)[1];
    if (!inputs.has(mask)) {
      return padded;
    }
    long[] values = inputs.longs(mask);
    return (int) Arrays.stream(values, b * padded, (b + 1) * padded).sum();
  }
}

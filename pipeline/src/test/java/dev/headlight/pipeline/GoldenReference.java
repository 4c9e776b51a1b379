package dev.headlight.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/** What PyTorch gives for one run of a test checkpoint, to compare the rows of a result with. */
final class GoldenReference {
  private static final double HIDDEN_STATES = 2e-5;
  private static final double STATISTICS = 3e-5;
  // attentions of float32 passes agree to about this; nearer to a threshold the counts may differ
  private static final double MARGIN = 5e-6;
  private static final Map<String, String> MARGINS =
      Map.of("k90", "k90_margin", "sparsity_1e2", "sparsity_margin", "sink", "sink_margin");

  private final String what;
  private final boolean encoderDecoder;
  private final Tensors expected;
  private final Tensors statistics;
  private final Tensors statistics2;
  private final Map<String, float[]> floats = new HashMap<>();
  private final Map<String, double[]> doubles = new HashMap<>();

  GoldenReference(GoldenCase golden, String run) {
    this.what = golden + " " + run;
    this.encoderDecoder = golden.description().path("encoder_decoder").asBoolean();
    this.expected = golden.expected(run);
    this.statistics = golden.statistics(run);
    this.statistics2 = golden.statistics2(run);
  }

  /** Compares {@code last_hidden_state} and {@code hidden_states} of all stacks. */
  void assertHiddenStates(List<Row> rows) {
    String encoder = encoderDecoder ? "encoder_" : "";
    assertStack(rows, encoder, "", encoder + "last_hidden_state");
    if (encoderDecoder) {
      assertStack(rows, "decoder_", "decoder_", "last_hidden_state");
    }
  }

  private void assertStack(List<Row> rows, String side, String prefix, String last) {
    for (int b = 0; b < rows.size(); b++) {
      Row row = rows.get(b);
      assertMatrix(last, b, row.getList(row.fieldIndex(prefix + "last_hidden_state")));
      List<Object> layers = row.getList(row.fieldIndex(prefix + "hidden_states"));
      for (int i = 0; i < layers.size(); i++) {
        String raw = side + "final_norm_input";
        boolean isRaw = i == layers.size() - 1 && expected.has(raw);
        assertMatrix(isRaw ? raw : side + "hidden_states." + i, b, list(layers.get(i)));
      }
    }
  }

  private void assertMatrix(String name, int b, List<?> matrix) {
    int padded = (int) expected.shape(name)[1];
    int width = (int) expected.shape(name)[2];
    float[] reference = floats.computeIfAbsent(name, expected::floats);
    double largest = 0;
    double worst = 0;
    for (int t = 0; t < matrix.size(); t++) {
      List<?> values = list(matrix.get(t));
      assertThat(values).as("%s %s", what, name).hasSize(width);
      for (int i = 0; i < width; i++) {
        float wanted = reference[(b * padded + t) * width + i];
        largest = Math.max(largest, Math.abs(wanted));
        worst = Math.max(worst, Math.abs((double) wanted - (Float) values.get(i)));
      }
    }
    // Tolerances are relative to the largest number of all sequences.
    for (float value : reference) {
      largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    assertThat(worst / largest).as("%s %s", what, name).isLessThanOrEqualTo(HIDDEN_STATES);
  }

  /** Compares all columns of statistics. */
  void assertStatistics(List<Row> rows) {
    for (int b = 0; b < rows.size(); b++) {
      Row row = rows.get(b);
      assertHeads(b, row.getList(row.fieldIndex("attention_statistics")));
      assertLayers(b, row.getList(row.fieldIndex("layer_statistics")));
      for (Row head : row.<Row>getList(row.fieldIndex("token_statistics"))) {
        assertVector(
            prefix(head) + "received_attention",
            head.getList(3),
            b,
            head.getInt(1),
            head.getInt(2));
      }
      for (Row layer : row.<Row>getList(row.fieldIndex("head_divergence"))) {
        assertRows(prefix(layer) + "head_js", layer.getList(2), b, layer.getInt(1));
      }
      String rollout = encoderDecoder ? "encoder.rollout" : "rollout";
      assertRows(rollout, row.getList(row.fieldIndex("rollout")), b);
    }
  }

  private void assertHeads(int b, List<Row> heads) {
    assertThat(heads).as(what).isNotEmpty();
    for (Row head : heads) {
      for (int i = 3; i < head.size(); i++) {
        String name = head.schema().fieldNames()[i];
        String margin = prefix(head) + MARGINS.getOrDefault(name, "");
        if (MARGINS.containsKey(name) && at(margin, b, head.getInt(1), head.getInt(2)) < MARGIN) {
          continue;
        }
        String stored = prefix(head) + (name.equals("sink") ? "sink_rate_0.3" : name);
        if (!file(stored).has(stored)) {
          assertThat(name).as(what).isIn("duplicate_token_mass", "induction_mass");
          assertThat(head.isNullAt(i)).as("%s %s is null", what, name).isTrue();
          continue;
        }
        assertNumber(stored, head.get(i), at(stored, b, head.getInt(1), head.getInt(2)));
      }
    }
  }

  private void assertLayers(int b, List<Row> layers) {
    assertThat(layers).as(what).isNotEmpty();
    for (Row layer : layers) {
      for (int i = 2; i < layer.size(); i++) {
        String statistic = layer.schema().fieldNames()[i];
        String name = prefix(layer) + statistic;
        String raw = prefix(layer) + "final_norm_input." + statistic;
        boolean last = layer.getInt(1) == statistics2.shape(name)[1] - 1;
        double wanted = last && statistics2.has(raw) ? at(raw, b) : at(name, b, layer.getInt(1));
        assertNumber(name, layer.get(i), wanted);
      }
    }
  }

  private void assertRows(String name, List<?> matrix, int... index) {
    for (int i = 0; i < matrix.size(); i++) {
      assertVector(name, list(matrix.get(i)), with(index, i));
    }
  }

  private void assertVector(String name, List<?> values, int... index) {
    for (int i = 0; i < values.size(); i++) {
      assertNumber(name, values.get(i), at(name, with(index, i)));
    }
  }

  private static int[] with(int[] index, int last) {
    int[] longer = Arrays.copyOf(index, index.length + 1);
    longer[index.length] = last;
    return longer;
  }

  private void assertNumber(String name, Object actual, double wanted) {
    if (Double.isNaN(wanted)) {
      assertThat(actual).as("%s %s", what, name).isNull();
      return;
    }
    assertThat(Math.abs((Float) actual - wanted))
        .as("%s %s: %s, expected %s", what, name, actual, wanted)
        .isLessThanOrEqualTo(STATISTICS * Math.max(1, Math.abs(wanted)));
  }

  private static String prefix(Row row) {
    return row.getString(0).equals("self") ? "" : row.getString(0) + ".";
  }

  private Tensors file(String name) {
    return statistics.has(name) ? statistics : statistics2;
  }

  private double at(String name, int... index) {
    long[] shape = file(name).shape(name);
    int at = 0;
    for (int axis = 0; axis < index.length; axis++) {
      at = at * (int) shape[axis] + index[axis];
    }
    return doubles.computeIfAbsent(name, file(name)::doubles)[at];
  }

  /** Spark gives nested arrays as Scala's. */
  private static List<?> list(Object array) {
    return scala.jdk.javaapi.CollectionConverters.asJava((scala.collection.Seq<?>) array);
  }
}

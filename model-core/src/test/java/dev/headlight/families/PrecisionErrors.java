package dev.headlight.families;

import dev.headlight.kernel.Kernels;
import dev.headlight.model.ForwardOutput;
import dev.headlight.model.ForwardPass;
import dev.headlight.model.ForwardRequest;
import dev.headlight.model.TransformerModel;
import dev.headlight.statistics.SequenceStatistics.HeadStatistics;
import dev.headlight.statistics.StatisticsRequest;
import dev.headlight.testing.GoldenCase;
import dev.headlight.testing.Goldens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How far results in another precision are from those in float32. Its main method prints a table of
 * docs/precision.md: the worst of all test checkpoints of each family, in the precision that is its
 * argument.
 *
 * @param hiddenState root of the mean squared difference of last hidden states, over the root mean
 *     square of the states
 * @param cosine smallest cosine of mean-pooled embeddings
 * @param entropy largest difference of a head's entropy, in nats
 * @param maxWeight largest difference of a head's mean largest weight
 */
record PrecisionErrors(double hiddenState, double cosine, double entropy, double maxWeight) {
  private static final StatisticsRequest SHAPE = StatisticsRequest.ofGroups(Set.of("shape"));
  private static final int MAX_WEIGHT = 2;

  public static void main(String[] arguments) throws IOException {
    Map<String, PrecisionErrors> byFamily = new TreeMap<>();
    for (GoldenCase golden : Goldens.allWithRuns()) {
      String family = Checkpoint.open(golden.checkpointFolder()).config().family();
      byFamily.merge(family, of(golden, arguments[0]), PrecisionErrors::worse);
    }
    byFamily.forEach(
        (family, errors) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.1e | %.6f | %.1e | %.1e |%n",
                family,
                errors.hiddenState,
                errors.cosine,
                errors.entropy,
                errors.maxWeight));
  }

  /** Of all runs of a checkpoint. */
  static PrecisionErrors of(GoldenCase golden, String precision) throws IOException {
    PrecisionErrors worst = new PrecisionErrors(0, 1, 0, 0);
    List<List<ForwardOutput>> exact = outputs(golden, "fp32");
    List<List<ForwardOutput>> rounded = outputs(golden, precision);
    for (int run = 0; run < exact.size(); run++) {
      for (int i = 0; i < exact.get(run).size(); i++) {
        worst = worst.worse(between(exact.get(run).get(i), rounded.get(run).get(i)));
      }
    }
    return worst;
  }

  PrecisionErrors worse(PrecisionErrors other) {
    return new PrecisionErrors(
        Math.max(hiddenState, other.hiddenState),
        Math.min(cosine, other.cosine),
        Math.max(entropy, other.entropy),
        Math.max(maxWeight, other.maxWeight));
  }

  private static List<List<ForwardOutput>> outputs(GoldenCase golden, String precision)
      throws IOException {
    List<List<ForwardOutput>> outputs = new ArrayList<>();
    try (TransformerModel model =
            Checkpoint.open(golden.checkpointFolder()).load(Kernels.named("onednn", precision));
        ForwardPass pass = model.newForwardPass()) {
      for (String run : golden.runs()) {
        outputs.add(
            pass.run(
                new GoldenRun(golden.inputs(run)).examples(),
                ForwardRequest.ofLastHiddenState().withStatistics(SHAPE)));
      }
    }
    return outputs;
  }

  private static PrecisionErrors between(ForwardOutput exact, ForwardOutput rounded) {
    float[] expected = exact.output().lastHiddenState();
    float[] actual = rounded.output().lastHiddenState();
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) expected[i] - actual[i], 2);
      size += Math.pow(expected[i], 2);
    }
    int width = exact.output().width();
    double entropy = 0;
    double maxWeight = 0;
    for (int i = 0; i < exact.statistics().heads().size(); i++) {
      HeadStatistics left = exact.statistics().heads().get(i);
      HeadStatistics right = rounded.statistics().heads().get(i);
      entropy = Math.max(entropy, Math.abs(left.values()[0] - right.values()[0]));
      maxWeight =
          Math.max(maxWeight, Math.abs(left.values()[MAX_WEIGHT] - right.values()[MAX_WEIGHT]));
    }
    return new PrecisionErrors(
        Math.sqrt(difference / size),
        cosine(pooled(expected, width), pooled(actual, width)),
        entropy,
        maxWeight);
  }

  private static double[] pooled(float[] states, int width) {
    double[] sums = new double[width];
    for (int i = 0; i < states.length; i++) {
      sums[i % width] += states[i];
    }
    return sums;
  }

  private static double cosine(double[] left, double[] right) {
    double product = 0;
    double leftSquare = 0;
    double rightSquare = 0;
    for (int i = 0; i < left.length; i++) {
      product += left[i] * right[i];
      leftSquare += left[i] * left[i];
      rightSquare += right[i] * right[i];
    }
    return product / Math.sqrt(leftSquare * rightSquare);
  }
}

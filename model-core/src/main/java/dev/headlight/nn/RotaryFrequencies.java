package dev.headlight.nn;

import dev.headlight.config.RopeScaling;
import dev.headlight.config.RotaryConfig;

/**
 * Inverse frequencies of rotary position embedding under each kind of scaling. For every kind the
 * numbers are those that Hugging Face computes in float32 for a sequence that runs alone.
 */
final class RotaryFrequencies {
  private final RotaryConfig config;
  private final double theta;

  private RotaryFrequencies(RotaryConfig config) {
    this.config = config;
    this.theta = config.parameters().theta();
  }

  static RotaryFrequencies of(RotaryConfig config) {
    return new RotaryFrequencies(config);
  }

  /**
   * One inverse frequency for each rotated pair.
   *
   * @param length tokens of the sequence, which some scalings depend on
   */
  float[] inverseFrequencies(int length) {
    RopeScaling scaling = config.parameters().scaling();
    if (scaling instanceof RopeScaling.Linear linear) {
      return dividedBy(unscaled(theta), linear.factor());
    }
    if (scaling instanceof RopeScaling.Dynamic dynamic) {
      return unscaled(dynamicTheta(dynamic, length));
    }
    if (scaling instanceof RopeScaling.Yarn yarn) {
      return yarn(yarn);
    }
    if (scaling instanceof RopeScaling.LongRope longRope) {
      return longRope(longRope, length);
    }
    if (scaling instanceof RopeScaling.Llama3 llama3) {
      return llama3(llama3);
    }
    return unscaled(theta);
  }

  /** What cosine and sine are multiplied with. */
  double attentionFactor() {
    RopeScaling scaling = config.parameters().scaling();
    if (scaling instanceof RopeScaling.Yarn yarn) {
      return yarnAttentionFactor(yarn);
    }
    if (scaling instanceof RopeScaling.LongRope longRope) {
      return longRope.attentionFactor().orElseGet(() -> longRopeAttentionFactor(longRope));
    }
    return 1.0;
  }

  private int pairs() {
    return config.pairs();
  }

  private float[] unscaled(double base) {
    float[] inverse = new float[pairs()];
    for (int j = 0; j < inverse.length; j++) {
      inverse[j] = (float) (1.0 / (float) Math.pow(base, exponent(j)));
    }
    return inverse;
  }

  /** {@code 2j / rotaryDim} in float32. */
  private float exponent(int pair) {
    return 2f * pair / config.rotaryDim();
  }

  private static float[] dividedBy(float[] inverse, double factor) {
    for (int j = 0; j < inverse.length; j++) {
      inverse[j] /= (float) factor;
    }
    return inverse;
  }

  private double dynamicTheta(RopeScaling.Dynamic dynamic, int length) {
    int trained = dynamic.maxPositionEmbeddings();
    double stretched =
        dynamic.factor() * Math.max(length, trained) / trained - (dynamic.factor() - 1);
    double dim = config.rotaryDim();
    return theta * Math.pow(stretched, dim / (dim - 2));
  }

  private float[] yarn(RopeScaling.Yarn yarn) {
    double low = correctionDim(yarn.betaFast(), yarn.originalMaxPositionEmbeddings());
    double high = correctionDim(yarn.betaSlow(), yarn.originalMaxPositionEmbeddings());
    if (yarn.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, config.rotaryDim() - 1);
    double span = low == high ? 0.001 : high - low;
    float[] inverse = unscaled(theta);
    for (int j = 0; j < inverse.length; j++) {
      double interpolated = Math.min(1, Math.max(0, (j - low) / span));
      inverse[j] =
          (float) (inverse[j] / yarn.factor() * interpolated + inverse[j] * (1 - interpolated));
    }
    return inverse;
  }

  /** The dimension that makes this many rotations over the original length. */
  private double correctionDim(double rotations, int originalLength) {
    return config.rotaryDim()
        * Math.log(originalLength / (rotations * 2 * Math.PI))
        / (2 * Math.log(theta));
  }

  private static double yarnAttentionFactor(RopeScaling.Yarn yarn) {
    RopeScaling.YarnAttention attention = yarn.attention();
    if (attention.attentionFactor().isPresent()) {
      return attention.attentionFactor().getAsDouble();
    }
    if (attention.mscale().isPresent() && attention.mscaleAllDim().isPresent()) {
      return mscale(yarn.factor(), attention.mscale().getAsDouble())
          / mscale(yarn.factor(), attention.mscaleAllDim().getAsDouble());
    }
    return mscale(yarn.factor(), 1);
  }

  private static double mscale(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private float[] longRope(RopeScaling.LongRope longRope, int length) {
    java.util.List<Double> factors =
        length > longRope.originalMaxPositionEmbeddings()
            ? longRope.longFactor()
            : longRope.shortFactor();
    float[] inverse = new float[pairs()];
    for (int j = 0; j < inverse.length; j++) {
      float factor = factors.get(j).floatValue();
      inverse[j] = 1f / (factor * (float) Math.pow(theta, exponent(j)));
    }
    return inverse;
  }

  private static double longRopeAttentionFactor(RopeScaling.LongRope longRope) {
    return longRope.factor() <= 1
        ? 1
        : Math.sqrt(
            1 + Math.log(longRope.factor()) / Math.log(longRope.originalMaxPositionEmbeddings()));
  }

  private float[] llama3(RopeScaling.Llama3 llama3) {
    float[] inverse = unscaled(theta);
    double original = llama3.originalMaxPositionEmbeddings();
    double low = llama3.lowFreqFactor();
    double high = llama3.highFreqFactor();
    for (int j = 0; j < inverse.length; j++) {
      double wavelength = 2 * Math.PI / inverse[j];
      if (wavelength > original / low) {
        inverse[j] /= (float) llama3.factor();
      } else if (wavelength >= original / high) {
        double smooth = (original / wavelength - low) / (high - low);
        inverse[j] = (float) ((1 - smooth) * inverse[j] / llama3.factor() + smooth * inverse[j]);
      }
    }
    return inverse;
  }
}

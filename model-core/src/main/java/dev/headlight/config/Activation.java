package dev.headlight.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Activation functions of feed-forward layers, named as Hugging Face's {@code ACT2FN} names them.
 */
public enum Activation {
  NONE,
  /** {@code x * Phi(x)} with the exact error function. */
  GELU,
  /**
   * Tanh approximation of GELU (Hendrycks and Gimpel 2016), in BERT, GPT-2 and Gemma checkpoints.
   */
  GELU_TANH,
  /** {@code x * sigmoid(1.702 x)}, in CLIP. */
  QUICK_GELU,
  /** {@code x * sigmoid(x)}, also called swish. */
  SILU,
  RELU,
  /** {@code max(x, 0)^2} (Primer). */
  RELU_SQUARED,
  TANH,
  SIGMOID;

  private static final Map<String, Activation> BY_NAME =
      Map.ofEntries(
          Map.entry("gelu", GELU),
          Map.entry("gelu_python", GELU),
          Map.entry("gelu_new", GELU_TANH),
          Map.entry("gelu_fast", GELU_TANH),
          Map.entry("gelu_accurate", GELU_TANH),
          Map.entry("gelu_pytorch_tanh", GELU_TANH),
          Map.entry("gelu_python_tanh", GELU_TANH),
          Map.entry("quick_gelu", QUICK_GELU),
          Map.entry("silu", SILU),
          Map.entry("swish", SILU),
          Map.entry("relu", RELU),
          Map.entry("relu2", RELU_SQUARED),
          Map.entry("tanh", TANH),
          Map.entry("sigmoid", SIGMOID),
          Map.entry("linear", NONE));

  /** The activation that a {@code config.json} names, or nothing if it is not implemented. */
  public static Optional<Activation> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Names that {@link #named} knows, sorted. */
  public static java.util.List<String> names() {
    return BY_NAME.keySet().stream().sorted().toList();
  }
}

package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.ModelConfig;
import dev.headlight.config.UnsupportedCheckpointException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The families there are. A new one is one file and one line here. */
public final class Families {
  private static final List<Family> ALL =
      List.of(
          new Bert(),
          new Roberta(),
          new DistilBert(),
          new Electra(),
          new MpNet(),
          new ModernBert(),
          new NomicBert(),
          new Gpt2(),
          new GptNeoX(),
          new Llama(),
          new Mistral(),
          new Qwen2(),
          new Qwen3(),
          new SmolLm3(),
          new Gemma(),
          new Gemma2(),
          new Gemma3(),
          new Phi3(),
          new Olmo2(),
          new T5(),
          new Bart(),
          new Vit(),
          new Deit(),
          new Dinov2(),
          new Clip(),
          new Generic());

  private Families() {}

  /**
   * Describes the architecture of a checkpoint.
   *
   * @param tensors names of all its tensors
   * @throws UnsupportedCheckpointException if its family or a value of its configuration is not
   *     implemented; names all reasons
   */
  public static ModelConfig describe(ConfigJson config, Set<String> tensors) {
    String modelType = config.text("model_type").orElse("");
    Family family =
        ALL.stream()
            .filter(candidate -> candidate.modelTypes().contains(modelType))
            .findFirst()
            .orElseThrow(() -> unknown(config, modelType));
    if (config.has("quantization_config")) {
      config.problem(
          "quantization_config: expected weights as they were trained, found quantized ones (quant_method %s). Use the checkpoint that these were made of, or save it dequantized"
              .formatted(
                  config
                      .object("quantization_config")
                      .flatMap(quantization -> quantization.text("quant_method"))
                      .orElse("not given")));
    }
    ModelConfig described;
    try {
      described = family.describe(config, tensors);
    } catch (RuntimeException e) {
      // values that make no sense together may fail on the way; the reasons found before explain it
      // better
      config.throwIfUnsupported();
      throw e;
    }
    config.throwIfUnsupported();
    return described;
  }

  /** Values of {@code model_type} that are implemented, sorted. */
  public static Set<String> modelTypes() {
    Set<String> types = new TreeSet<>();
    ALL.forEach(family -> types.addAll(family.modelTypes()));
    return types;
  }

  private static UnsupportedCheckpointException unknown(ConfigJson config, String modelType) {
    String found = modelType.isEmpty() ? "no model_type" : "model_type '" + modelType + "'";
    return new UnsupportedCheckpointException(
        List.of(
            "%s in %s; implemented are %s. A model of another kind can be described in headlight.json beside its weights, see docs/generic-checkpoints.md"
                .formatted(found, config.location(), String.join(", ", modelTypes()))));
  }
}

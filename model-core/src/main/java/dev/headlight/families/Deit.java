package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.ModelConfig;
import java.util.List;
import java.util.Set;

/** DeiT (Touvron 2021): ViT with a distillation token after the class token. */
final class Deit implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("deit");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    VisionEncoder encoder = VisionEncoder.read(config, tensors, "deit.", 1e-12);
    return encoder.describe(
        "deit",
        encoder.patches(
            List.of(encoder.token("cls_token", 1), encoder.token("distillation_token", 1)),
            2,
            Resizing.NONE),
        encoder::block);
  }
}

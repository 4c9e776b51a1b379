package dev.headlight.families;

import dev.headlight.config.ConfigJson;
import dev.headlight.config.EmbeddingConfig.Resizing;
import dev.headlight.config.ModelConfig;
import java.util.List;
import java.util.Set;

/**
 * Vision transformer (Dosovitskiy 2020): pre-norm encoder over image patches with a class token.
 */
final class Vit implements Family {

  @Override
  public Set<String> modelTypes() {
    return Set.of("vit");
  }

  @Override
  public ModelConfig describe(ConfigJson config, Set<String> tensors) {
    VisionEncoder encoder = VisionEncoder.read(config, tensors, "vit.", 1e-12);
    return encoder.describe(
        "vit",
        encoder.patches(List.of(encoder.token("cls_token", 1)), 1, Resizing.NONE),
        encoder::block);
  }
}

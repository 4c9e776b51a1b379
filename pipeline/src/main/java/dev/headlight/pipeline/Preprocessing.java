package dev.headlight.pipeline;

import dev.headlight.image.ImageProcessor;
import dev.headlight.text.TokenizerDefinition;
import java.util.Optional;

/**
 * What rows go through before they are input of the model.
 *
 * @param tokenizer where text is read
 * @param images where images are read
 */
record Preprocessing(Optional<TokenizerDefinition> tokenizer, Optional<ImageProcessor> images) {}

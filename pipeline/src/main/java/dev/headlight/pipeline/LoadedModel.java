package dev.headlight.pipeline;

import dev.headlight.image.ImageProcessor;
import dev.headlight.model.TransformerModel;
import dev.headlight.text.Tokenizer;
import java.util.Optional;

/**
 * A model in this JVM, shared by all tasks that run it.
 *
 * @param tokenizer where text is read
 * @param imageProcessor where images are read
 */
record LoadedModel(
    TransformerModel model, Optional<Tokenizer> tokenizer, Optional<ImageProcessor> imageProcessor)
    implements AutoCloseable {
  @Override
  public void close() {
    tokenizer.ifPresent(Tokenizer::close);
    model.close();
  }
}

package dev.headlight.pipeline;

import dev.headlight.model.TransformerModel;
import dev.headlight.text.Tokenizer;
import java.util.Optional;

/**
 * A model in this JVM, shared by all tasks that run it.
 *
 * @param tokenizer of models that read text
 */
record LoadedModel(TransformerModel model, Optional<Tokenizer> tokenizer) implements AutoCloseable {
  @Override
  public void close() {
    tokenizer.ifPresent(Tokenizer::close);
    model.close();
  }
}

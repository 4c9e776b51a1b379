package dev.headlight.text;

import java.io.Serializable;

/**
 * What a user asks for beyond what the checkpoint says about its embeddings.
 *
 * @param pooling {@code auto} for what the checkpoint says; else see {@link Pooling#named}
 * @param normalize whether embeddings are scaled to length 1 at the end
 * @param truncateDim how many dimensions are kept; 0 for what the checkpoint says, which mostly is
 *     all
 * @param promptName name of the checkpoint's prompt that stands before each text; null for its
 *     default
 * @param prompt text that stands before each text; null for none of one's own. Goes before {@code
 *     promptName}
 */
public record EmbeddingOptions(
    String pooling, boolean normalize, int truncateDim, String promptName, String prompt)
    implements Serializable {
  public static final String AUTO = "auto";

  /** What the checkpoint says. */
  public static final EmbeddingOptions DEFAULT = new EmbeddingOptions(AUTO, false, 0, null, null);

  public EmbeddingOptions withPooling(String names) {
    return new EmbeddingOptions(names, normalize, truncateDim, promptName, prompt);
  }

  public EmbeddingOptions withNormalize(boolean wanted) {
    return new EmbeddingOptions(pooling, wanted, truncateDim, promptName, prompt);
  }

  public EmbeddingOptions withTruncateDim(int dimensions) {
    return new EmbeddingOptions(pooling, normalize, dimensions, promptName, prompt);
  }

  public EmbeddingOptions withPromptName(String name) {
    return new EmbeddingOptions(pooling, normalize, truncateDim, name, prompt);
  }

  public EmbeddingOptions withPrompt(String text) {
    return new EmbeddingOptions(pooling, normalize, truncateDim, promptName, text);
  }
}

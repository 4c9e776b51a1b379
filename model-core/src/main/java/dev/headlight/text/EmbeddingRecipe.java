package dev.headlight.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headlight.config.ModelConfig;
import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.safetensors.CheckpointException;
import dev.headlight.safetensors.CheckpointFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the hidden states of a sequence become its embedding: pooling, the modules of a
 * sentence-transformers folder, truncation, normalization, in this order. Immutable, safe for use
 * by several threads; the same hidden states give the same bits everywhere.
 *
 * @param poolingSource where the pooling is from: a file, the family, or the user's option
 * @param prompt stands before each text; may be empty
 * @param promptTokens how many of a text's first tokens are special ones and the prompt; known
 *     after {@link #forTexts}
 * @param hiddenSize d of the model
 * @param truncateDim how many dimensions are kept; 0 for all
 * @param normalize whether embeddings are scaled to length 1 at the end
 */
public record EmbeddingRecipe(
    Pooling pooling,
    String poolingSource,
    String prompt,
    int promptTokens,
    int hiddenSize,
    List<EmbeddingModule> modules,
    int truncateDim,
    boolean normalize)
    implements Serializable {

  public EmbeddingRecipe {
    modules = List.copyOf(modules);
  }

  /**
   * Reads what a checkpoint says about its embeddings. Where its folder is not in the form of
   * sentence-transformers, pooling is what the family is known for.
   *
   * @throws CheckpointException if a file is missing or malformed, or a module is not implemented
   * @throws IllegalArgumentException if an option does not fit the checkpoint
   */
  public static EmbeddingRecipe read(
      CheckpointFolder folder, ModelConfig config, EmbeddingOptions options) throws IOException {
    Optional<SentenceTransformer> sentence = SentenceTransformer.read(folder);
    if (sentence.isPresent() && sentence.get().width() != config.hiddenSize()) {
      throw new CheckpointException(
          "%s: expected pooling of %d values, the width of the model's hidden states, found %d. The files are of different models: fetch them again."
              .formatted(folder.location(), config.hiddenSize(), sentence.get().width()));
    }
    Prompts prompts = sentence.map(SentenceTransformer::prompts).orElse(Prompts.none());
    EmbeddingRecipe recipe =
        new EmbeddingRecipe(
            pooling(sentence, config, options.pooling()),
            poolingSource(sentence, config, options.pooling()),
            prompt(prompts, options),
            0,
            config.hiddenSize(),
            sentence.map(SentenceTransformer::modules).orElse(List.of()),
            options.truncateDim() != 0
                ? options.truncateDim()
                : sentence.map(SentenceTransformer::truncateDim).orElse(0),
            options.normalize());
    recipe.requireTruncation(options.truncateDim());
    return recipe;
  }

  private static Pooling pooling(
      Optional<SentenceTransformer> sentence, ModelConfig config, String option) {
    Pooling own =
        sentence.map(SentenceTransformer::pooling).orElseGet(() -> Pooling.named(config.pooling()));
    return option.equals(EmbeddingOptions.AUTO)
        ? own
        : Pooling.named(option).withPrompt(own.includePrompt());
  }

  private static String poolingSource(
      Optional<SentenceTransformer> sentence, ModelConfig config, String option) {
    if (!option.equals(EmbeddingOptions.AUTO)) {
      return "option";
    }
    return sentence.isPresent() ? "modules.json" : "family " + config.family();
  }

  private static String prompt(Prompts prompts, EmbeddingOptions options) {
    if (options.prompt() != null) {
      return options.prompt();
    }
    return options.promptName() == null
        ? prompts.defaultPrompt()
        : prompts.named(options.promptName());
  }

  private void requireTruncation(int asked) {
    int full = fullWidth();
    if (asked < 0 || asked > full) {
      throw new IllegalArgumentException(
          "truncate-dim: expected at most %d, the width of this model's embeddings, found %d"
              .formatted(full, asked));
    }
  }

  /**
   * The same for sequences that a tokenizer makes of {@code prompt() + text}. Without this, as for
   * token ids from a table, no token counts as part of a prompt.
   */
  public EmbeddingRecipe forTexts(Tokenizer tokenizer, int maxTokens) {
    int tokens = pooling.includePrompt() ? 0 : tokenizer.promptTokens(prompt, maxTokens);
    return new EmbeddingRecipe(
        pooling, poolingSource, prompt, tokens, hiddenSize, modules, truncateDim, normalize);
  }

  /** The length of the embeddings. */
  public int width() {
    int full = fullWidth();
    return truncateDim == 0 ? full : Math.min(truncateDim, full);
  }

  private int fullWidth() {
    int width = pooling.width(hiddenSize);
    for (EmbeddingModule module : modules) {
      width = module.width(width);
    }
    return width;
  }

  /**
   * The embedding of one sequence.
   *
   * @param output with the last hidden state
   * @return {@code [width()]}
   */
  public float[] embed(StackOutput output) {
    return finish(pool(output));
  }

  /**
   * The embedding of a text that was read as several windows: the mean of the windows' pooled
   * vectors, each weighing as much as it has tokens, goes through the modules.
   *
   * @param windows one or more, each with the last hidden state
   * @return {@code [width()]}; of one window the same as {@link #embed}
   */
  public float[] embedWindows(List<StackOutput> windows) {
    if (windows.size() == 1) {
      return embed(windows.get(0));
    }
    double[] sums = new double[pooling.width(hiddenSize)];
    long tokens = 0;
    for (StackOutput window : windows) {
      float[] pooled = pool(window);
      tokens += window.tokens();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += (double) window.tokens() * pooled[i];
      }
    }
    float[] mean = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      mean[i] = (float) (sums[i] / tokens);
    }
    return finish(mean);
  }

  private float[] pool(StackOutput output) {
    if (output.width() != hiddenSize) {
      throw new IllegalArgumentException(
          "expected hidden states of width %d, found %d".formatted(hiddenSize, output.width()));
    }
    return pooling.pool(output.lastHiddenState(), output.tokens(), hiddenSize, promptTokens);
  }

  private float[] finish(float[] pooled) {
    float[] embedding = pooled;
    for (EmbeddingModule module : modules) {
      embedding = module.apply(embedding);
    }
    int width = width();
    float[] kept = width == embedding.length ? embedding : Arrays.copyOf(embedding, width);
    return normalize ? new EmbeddingModule.Normalize().apply(kept) : kept;
  }

  /**
   * The recipe for people and for {@code run.json}, without weights: {@code pooling}, {@code
   * pooling_source}, {@code include_prompt}, {@code prompt}, {@code modules}, {@code truncate_dim}
   * (null for none), {@code normalize}, {@code width}.
   *
   * @return a JSON object
   */
  public String description() {
    ObjectNode description = JsonNodeFactory.instance.objectNode();
    ArrayNode modes = description.putArray("pooling");
    pooling.modes().forEach(mode -> modes.add(mode.label()));
    description.put("pooling_source", poolingSource);
    description.put("include_prompt", pooling.includePrompt());
    description.put("prompt", prompt);
    ArrayNode names = description.putArray("modules");
    modules.forEach(module -> names.add(module.name()));
    if (truncateDim == 0) {
      description.putNull("truncate_dim");
    } else {
      description.put("truncate_dim", truncateDim);
    }
    description.put("normalize", normalize);
    description.put("width", width());
    return description.toString();
  }
}

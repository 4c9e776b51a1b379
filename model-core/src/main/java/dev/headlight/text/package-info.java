/**
 * What stands around a model that reads text: the tokenizer before it, and after it what turns the
 * hidden states of a sequence into its embedding, as sentence-transformers does.
 *
 * <pre>{@code
 * CheckpointFolder folder = new LocalCheckpointFolder(Path.of("all-MiniLM-L6-v2"));
 * Checkpoint checkpoint = Checkpoint.open(folder);
 * EmbeddingRecipe recipe =
 *     EmbeddingRecipe.read(folder, checkpoint.config(), EmbeddingOptions.DEFAULT);
 * TokenizerDefinition definition = TokenizerDefinition.require(folder);
 * int maxTokens = definition.maxTokens(checkpoint.config().stack());
 * try (Tokenizer tokenizer = definition.open();
 *     TransformerModel model = checkpoint.load(Kernels.named("auto"));
 *     ForwardPass pass = model.newForwardPass()) {
 *   EmbeddingRecipe texts = recipe.forTexts(tokenizer, maxTokens);
 *   Tokenized tokens = tokenizer.tokenize(texts.prompt() + "How do I reset it?", maxTokens);
 *   Example example = Example.of(tokens.sequence());
 *   ForwardOutput output = pass.run(List.of(example), ForwardRequest.ofLastHiddenState()).get(0);
 *   float[] embedding = texts.embed(output.output());
 * }
 * }</pre>
 *
 * <p>Everything but a {@link dev.headlight.text.Tokenizer} is immutable data that can be sent to
 * other machines.
 */
package dev.headlight.text;

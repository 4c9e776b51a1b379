package dev.headlight.model;

import dev.headlight.nn.ForwardContext;
import dev.headlight.nn.Packing;
import dev.headlight.nn.PatchEmbedding;
import dev.headlight.nn.TokenEmbedding;
import dev.headlight.tensor.Matrix;
import java.util.List;

/** Lays the sequences of a batch end to end and embeds them. */
final class Embedder {
  private Embedder() {}

  static ForwardPass.Embedded embed(
      TransformerModel.Stack stack, List<Sequence> sequences, ForwardContext context) {
    if (stack.embedding() instanceof PatchEmbedding patches) {
      return embedImages(patches, sequences, stack.config().hiddenSize(), context);
    }
    return embedTokens((TokenEmbedding) stack.embedding(), sequences, context);
  }

  private static ForwardPass.Embedded embedImages(
      PatchEmbedding embedding, List<Sequence> sequences, int hiddenSize, ForwardContext context) {
    int[] lengths = new int[sequences.size()];
    java.util.Arrays.fill(lengths, embedding.tokens());
    Packing packing = Packing.ofLengths(lengths);
    Matrix hidden = context.workspace().matrix(packing.tokens(), hiddenSize); // [N, d]
    List<float[]> images =
        sequences.stream().map(image -> ((Sequence.Pixels) image).pixelValues()).toList();
    embedding.embed(images, hidden, context);
    return new ForwardPass.Embedded(hidden, packing);
  }

  private static ForwardPass.Embedded embedTokens(
      TokenEmbedding embedding, List<Sequence> sequences, ForwardContext context) {
    Packing packing = Packing.ofLengths(sequences.stream().mapToInt(Embedder::tokens).toArray());
    Matrix rows = context.workspace().matrix(packing.tokens(), embedding.width()); // [N, width]
    Matrix hidden =
        embedding.projection() == null
            ? rows
            : context.workspace().matrix(packing.tokens(), embedding.hiddenSize()); // [N, d]
    for (int s = 0; s < sequences.size(); s++) {
      Matrix target = rows.rows(packing.start(s), packing.length(s));
      if (sequences.get(s) instanceof Sequence.Tokens tokens) {
        embedding.embedTokens(tokens.inputIds(), tokens.tokenTypeIds(), target);
      } else {
        embedding.embedValues(((Sequence.Embeddings) sequences.get(s)).values(), target);
      }
    }
    embedding.finish(rows, hidden, context);
    return new ForwardPass.Embedded(hidden, packing);
  }

  private static int tokens(Sequence sequence) {
    return sequence instanceof Sequence.Tokens tokens
        ? tokens.inputIds().length
        : ((Sequence.Embeddings) sequence).tokens();
  }
}

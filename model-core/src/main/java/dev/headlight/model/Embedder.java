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
    Packing packing = Packing.ofLengths(lengths(stack, sequences));
    if (stack.embedding() instanceof PatchEmbedding patches) {
      return embedImages(patches, sequences, packing, stack.config().hiddenSize(), context);
    }
    return embedTokens((TokenEmbedding) stack.embedding(), sequences, packing, context);
  }

  /** {@code [B]}: tokens of each sequence; of an image those that the model makes of it. */
  static int[] lengths(TransformerModel.Stack stack, List<Sequence> sequences) {
    return sequences.stream().mapToInt(sequence -> length(stack, sequence)).toArray();
  }

  private static int length(TransformerModel.Stack stack, Sequence sequence) {
    if (sequence instanceof Sequence.Tokens tokens) {
      return tokens.inputIds().length;
    }
    if (sequence instanceof Sequence.Embeddings embeddings) {
      return embeddings.tokens();
    }
    return ((PatchEmbedding) stack.embedding()).tokens(image(sequence));
  }

  private static PatchEmbedding.Image image(Sequence sequence) {
    Sequence.Pixels pixels = (Sequence.Pixels) sequence;
    return new PatchEmbedding.Image(pixels.pixelValues(), pixels.height(), pixels.width());
  }

  private static ForwardPass.Embedded embedImages(
      PatchEmbedding embedding,
      List<Sequence> sequences,
      Packing packing,
      int hiddenSize,
      ForwardContext context) {
    Matrix hidden = context.workspace().matrix(packing.tokens(), hiddenSize); // [N, d]
    embedding.embed(sequences.stream().map(Embedder::image).toList(), packing, hidden, context);
    return new ForwardPass.Embedded(hidden, packing);
  }

  private static ForwardPass.Embedded embedTokens(
      TokenEmbedding embedding, List<Sequence> sequences, Packing packing, ForwardContext context) {
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
}

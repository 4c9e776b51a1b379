package dev.headlight.model;

import dev.headlight.model.ForwardOutput.StackOutput;
import dev.headlight.nn.BlockInput;
import dev.headlight.nn.ForwardContext;
import dev.headlight.nn.Packing;
import dev.headlight.nn.PartClock;
import dev.headlight.nn.PartClock.Part;
import dev.headlight.statistics.SequenceStatistics;
import dev.headlight.statistics.StatisticsCollector;
import dev.headlight.tensor.Matrix;
import dev.headlight.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs batches through a model on the calling thread. It owns the scratch memory that batches
 * reuse, belongs to one thread at a time, and must be closed.
 *
 * <p>A sequence's results have the same bits whatever it is batched with.
 */
public final class ForwardPass implements AutoCloseable {
  private final TransformerModel model;
  private final Workspace workspace = new Workspace();
  private final ForwardContext context;

  ForwardPass(TransformerModel model, PartClock clock) {
    this.model = model;
    this.context = ForwardContext.on(model.kernels(), workspace, clock);
  }

  /**
   * Runs one batch without padding.
   *
   * @param batch B examples; memory grows with the sum of their tokens
   * @return one output per example, in order
   * @throws IllegalArgumentException if an example is not valid for the model; see {@link
   *     InputRules}
   */
  public List<ForwardOutput> run(List<Example> batch, ForwardRequest request) {
    InputRules rules = InputRules.of(model.config());
    for (int i = 0; i < batch.size(); i++) {
      Optional<InputRules.Problem> problem = rules.check(batch.get(i));
      if (problem.isPresent()) {
        throw new IllegalArgumentException(
            "example " + i + " of the batch: " + problem.get().message());
      }
    }
    List<ForwardOutput> outputs = new ArrayList<>(batch.size());
    // consecutive runs with and without decoder input, so that encoder and decoder rows stay
    // aligned
    int first = 0;
    while (first < batch.size()) {
      boolean decodes = batch.get(first).decoderInput().isPresent();
      int end = first;
      while (end < batch.size() && batch.get(end).decoderInput().isPresent() == decodes) {
        end++;
      }
      outputs.addAll(runAlike(batch.subList(first, end), request));
      first = end;
    }
    return outputs;
  }

  private List<ForwardOutput> runAlike(List<Example> batch, ForwardRequest request) {
    List<Sequence> inputs = batch.stream().map(Example::input).toList();
    List<Sequence> decoderInputs =
        batch.stream().flatMap(example -> example.decoderInput().stream()).toList();
    StatisticsCollector collector = StatisticsInputs.collector(model, request, batch);
    try (Workspace.Scope scope = workspace.scope()) {
      HiddenStates states = new HiddenStates(request, collector);
      Embedded embedded = embed(model.stack(), inputs);
      Packing packing = embedded.packing();
      model.stack().blocks().forward(embedded.hidden(), BlockInput.of(packing), states, context);
      List<StackOutput> outputs =
          states.outputs(model.stack().blocks().attention(), embedded.hidden(), packing);
      List<StackOutput> decoded =
          decoderInputs.isEmpty() ? List.of() : decode(decoderInputs, embedded, states);
      List<SequenceStatistics> statistics = collector.finish();
      List<ForwardOutput> results = new ArrayList<>(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        Optional<StackOutput> decoder =
            decoded.isEmpty() ? Optional.empty() : Optional.of(decoded.get(i));
        results.add(new ForwardOutput(outputs.get(i), decoder, statistics.get(i)));
      }
      context.clock().end(Part.OTHER);
      return results;
    }
  }

  private List<StackOutput> decode(
      List<Sequence> decoderInputs, Embedded memory, HiddenStates states) {
    TransformerModel.Stack decoder = model.decoder().orElseThrow();
    Embedded embedded = embed(decoder, decoderInputs);
    BlockInput input = BlockInput.of(embedded.packing(), memory.hidden(), memory.packing());
    decoder.blocks().forward(embedded.hidden(), input, states, context);
    return states.outputs(decoder.blocks().attention(), embedded.hidden(), embedded.packing());
  }

  /** Embedding output {@code [N, d]} of packed sequences. */
  record Embedded(Matrix hidden, Packing packing) {}

  private Embedded embed(TransformerModel.Stack stack, List<Sequence> sequences) {
    context.clock().end(Part.OTHER);
    Embedded embedded = Embedder.embed(stack, sequences, context);
    context.clock().end(Part.EMBEDDING);
    return embedded;
  }

  /** Bytes of scratch memory held. */
  public long workspaceBytes() {
    return workspace.allocatedBytes();
  }

  @Override
  public void close() {
    workspace.close();
  }
}

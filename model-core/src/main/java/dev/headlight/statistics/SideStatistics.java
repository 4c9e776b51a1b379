package dev.headlight.statistics;

import dev.headlight.nn.AttentionBlock;
import dev.headlight.nn.AttentionObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Statistics of one kind of attention of a batch, layer after layer, sequence after sequence. */
final class SideStatistics {
  private static final int NOTHING = -1;

  private interface Step {
    void run(int layer, AttentionBlock block);
  }

  /**
   * Called through one place of three targets, which the compiler does not inline: in some
   * processes the vectors of reductions that it compiled as a part of the attention were allocated.
   */
  private final Step[] steps = {this::start, this::reduce, this::count};

  private final BatchDescription.Side side;
  private final SideFacts facts;
  private final boolean norms;
  private final List<LayerRows> reducers = new ArrayList<>();
  private final List<SequenceResults> results = new ArrayList<>();
  private final RowBlock rows = new RowBlock();
  private final int[] seenQueries;
  private final HeadDivergences divergences;
  private int currentLayer = NOTHING;
  private int currentSequence = NOTHING;
  private int finishedHeads;

  SideStatistics(StatisticsRequest request, BatchDescription.Side side, boolean rollout) {
    this.side = side;
    this.facts = new SideFacts(side, request.specialTokens());
    this.norms = request.headGroups().contains(NormStatistics.NAME);
    this.seenQueries = new int[side.heads()];
    if (!request.headGroups().isEmpty()) {
      reducers.add(new HeadStatisticsRows(request, side, facts));
    }
    if (request.receivedAttention()) {
      reducers.add(new ReceivedAttentionRows(side));
    }
    if (rollout) {
      reducers.add(new RolloutRows(side));
    }
    if (request.attentionTokens() > 0) {
      reducers.add(new AttentionRows(side, request.attentionTokens()));
    }
    this.divergences = request.headDivergence() ? new HeadDivergences(side) : null;
    for (int s = 0; s < side.queries().length; s++) {
      results.add(new SequenceResults());
    }
  }

  SequenceResults results(int sequence) {
    return results.get(sequence);
  }

  /** The observer of one layer. */
  AttentionObserver layer(int layer) {
    return new AttentionObserver() {
      @Override
      public void observe(AttentionBlock block) {
        SideStatistics.this.observe(layer, block);
      }

      @Override
      public boolean seesAllHeadsOfAQueryInTurn() {
        return divergences != null;
      }

      @Override
      public boolean seesNorms() {
        return norms;
      }

      @Override
      public void values(int sequence, float[] valueNorms) {
        facts.valueNorms(valueNorms);
      }

      @Override
      public void outputs(int sequence, float[] outputNorms) {
        facts.outputNorms(outputNorms);
        end();
      }
    };
  }

  private void observe(int layer, AttentionBlock block) {
    for (Step step : steps) {
      step.run(layer, block);
    }
  }

  private void start(int layer, AttentionBlock block) {
    if (currentSequence == NOTHING) {
      begin(layer, block.sequence());
    }
    requireNext(layer, block);
  }

  private void reduce(int layer, AttentionBlock block) {
    if (divergences != null) {
      divergences.add(block);
    }
    rows.show(block);
    for (LayerRows reducer : reducers) {
      reducer.add(block.head(), rows);
    }
  }

  private void count(int layer, AttentionBlock block) {
    seenQueries[block.head()] += block.queries();
    if (seenQueries[block.head()] == side.queries()[currentSequence]) {
      finishedHeads++;
    }
    // norms of outputs, if they are wanted, come after the last block
    if (finishedHeads == side.heads() && !norms) {
      end();
    }
  }

  private void begin(int layer, int sequence) {
    currentLayer = layer;
    currentSequence = sequence;
    finishedHeads = 0;
    Arrays.fill(seenQueries, 0);
    for (LayerRows reducer : reducers) {
      reducer.begin(layer, sequence);
    }
    if (divergences != null) {
      divergences.begin(layer);
    }
  }

  private void requireNext(int layer, AttentionBlock block) {
    int expected = seenQueries[block.head()];
    if (layer != currentLayer
        || block.sequence() != currentSequence
        || block.firstQuery() != expected) {
      throw new IllegalStateException(
          "%s attention: expected layer %d, sequence %d, query %d of head %d, found layer %d, sequence %d, query %d"
              .formatted(
                  side.attention(),
                  currentLayer,
                  currentSequence,
                  expected,
                  block.head(),
                  layer,
                  block.sequence(),
                  block.firstQuery()));
    }
  }

  private void end() {
    SequenceResults sequence = results.get(currentSequence);
    for (LayerRows reducer : reducers) {
      reducer.end(sequence);
    }
    if (divergences != null) {
      divergences.end(sequence);
    }
    currentSequence = NOTHING;
  }
}

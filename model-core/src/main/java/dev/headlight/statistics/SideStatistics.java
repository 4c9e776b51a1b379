package dev.headlight.statistics;

import dev.headlight.nn.AttentionObserver;
import dev.headlight.nn.AttentionTile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Statistics of one kind of attention of a batch, layer after layer, sequence after sequence. */
final class SideStatistics {
  private static final int NOTHING = -1;

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
      public void observe(AttentionTile tile) {
        SideStatistics.this.observe(layer, tile);
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

  private void observe(int layer, AttentionTile tile) {
    if (currentSequence == NOTHING) {
      begin(layer, tile.sequence());
    }
    requireNext(layer, tile);
    if (divergences != null) {
      divergences.add(tile);
    }
    for (int h = 0; h < tile.heads(); h++) {
      addHead(tile, h);
    }
    // norms of outputs, if they are wanted, come after the last tile
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

  private void requireNext(int layer, AttentionTile tile) {
    int expected = seenQueries[tile.firstHead()];
    if (layer != currentLayer
        || tile.sequence() != currentSequence
        || tile.firstQuery() != expected) {
      throw new IllegalStateException(
          "%s attention: expected layer %d, sequence %d, query %d of head %d, found layer %d, sequence %d, query %d"
              .formatted(
                  side.attention(),
                  currentLayer,
                  currentSequence,
                  expected,
                  tile.firstHead(),
                  layer,
                  tile.sequence(),
                  tile.firstQuery()));
    }
  }

  private void addHead(AttentionTile tile, int headInTile) {
    int head = tile.firstHead() + headInTile;
    int perBlock = RowBlock.queriesPerBlock(tile);
    if (!reducers.isEmpty()) {
      for (int query = 0; query < tile.queries(); query += perBlock) {
        rows.read(tile, headInTile, query, Math.min(perBlock, tile.queries() - query));
        for (LayerRows reducer : reducers) {
          reducer.add(head, rows);
        }
      }
    }
    seenQueries[head] += tile.queries();
    if (seenQueries[head] == side.queries()[currentSequence]) {
      finishedHeads++;
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

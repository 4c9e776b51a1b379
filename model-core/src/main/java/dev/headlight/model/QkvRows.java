package dev.headlight.model;

import dev.headlight.config.AttentionConfig;
import dev.headlight.config.QkvConfig;

/**
 * Which stored outputs are the q, k and v projections, whatever layout the checkpoint keeps them
 * in.
 */
record QkvRows(WeightRows query, WeightRows key, WeightRows value) {

  static QkvRows of(AttentionConfig attention) {
    if (attention.projections() instanceof QkvConfig.Separate separate) {
      return new QkvRows(
          WeightRows.all(separate.q()), WeightRows.all(separate.k()), WeightRows.all(separate.v()));
    }
    QkvConfig.Fused fused = (QkvConfig.Fused) attention.projections();
    int queryWidth = attention.heads() * attention.headDim();
    int keyWidth = attention.keyValueHeads() * attention.headDim();
    if (fused.layout() == QkvConfig.Layout.BLOCKS) {
      return new QkvRows(
          WeightRows.block(fused.qkv(), 0, queryWidth),
          WeightRows.block(fused.qkv(), queryWidth, keyWidth),
          WeightRows.block(fused.qkv(), queryWidth + keyWidth, keyWidth));
    }
    return new QkvRows(
        perHead(attention, fused, 0), perHead(attention, fused, 1), perHead(attention, fused, 2));
  }

  /** Outputs are stored as {@code [h, 3, k]}; part 0 is q, 1 is k, 2 is v. */
  private static WeightRows perHead(AttentionConfig attention, QkvConfig.Fused fused, int part) {
    int headDim = attention.headDim();
    return new WeightRows(
        fused.qkv(),
        attention.heads() * headDim,
        output -> (output / headDim * 3 + part) * headDim + output % headDim);
  }
}

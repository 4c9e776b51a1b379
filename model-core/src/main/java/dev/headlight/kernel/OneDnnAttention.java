package dev.headlight.kernel;

import dev.headlight.kernel.OneDnnPrimitives.HeadProduct;
import dev.headlight.kernel.OneDnnPrimitives.Strides;
import dev.headlight.tensor.Matrix;

/**
 * Scores and weighted values of some heads in one product, straight from the projected rows:
 * neither heads nor transposes are copied.
 */
final class OneDnnAttention {
  private OneDnnAttention() {}

  /** Consecutive heads of a group that one product can do: all of them, or those of one key. */
  private static int headsAtOnce(HeadGroup group, int done) {
    int perKey = group.queriesPerKey();
    return perKey == 1
        ? group.count()
        : Math.min(group.count() - done, perKey - (group.first() + done) % perKey);
  }

  static void scores(
      OneDnnPrimitives primitives,
      Operand query,
      Operand key,
      HeadGroup group,
      float scale,
      Matrix scores) {
    int headDim = group.headDim();
    for (int head = 0; head < group.count(); ) {
      int heads = headsAtOnce(group, head);
      HeadProduct product =
          new HeadProduct(
              heads,
              heads > 1 && group.queriesPerKey() > 1,
              query.rows(),
              headDim,
              key.rows(),
              new Strides(headDim, OneDnn.stride(query), 1),
              new Strides(headDim, 1, OneDnn.stride(key)),
              new Strides(query.rows() * scores.stride(), scores.stride(), 1),
              OneDnn.Type.FP32,
              scale);
      long result = scores.address() + (long) Float.BYTES * head * query.rows() * scores.stride();
      primitives
          .get(product)
          .run(
              OneDnn.address(query, group.queryColumn(head)),
              OneDnn.address(key, group.keyColumn(head)),
              result);
      head += heads;
    }
  }

  static void values(
      OneDnnPrimitives primitives,
      Operand weights,
      Operand value,
      HeadGroup group,
      Operand context) {
    int headDim = group.headDim();
    int queries = context.rows();
    int stride = OneDnn.stride(weights);
    for (int head = 0; head < group.count(); ) {
      int heads = headsAtOnce(group, head);
      HeadProduct product =
          new HeadProduct(
              heads,
              heads > 1 && group.queriesPerKey() > 1,
              queries,
              value.rows(),
              headDim,
              new Strides(queries * stride, stride, 1),
              new Strides(headDim, OneDnn.stride(value), 1),
              new Strides(headDim, OneDnn.stride(context), 1),
              OneDnn.type(context),
              1f);
      primitives
          .get(product)
          .run(
              OneDnn.address(weights, head * queries * stride),
              OneDnn.address(value, group.keyColumn(head)),
              OneDnn.address(context, group.queryColumn(head)));
      head += heads;
    }
  }
}

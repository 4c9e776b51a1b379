package dev.headlight.nn;

import dev.headlight.kernel.SoftmaxRows;

/**
 * Attention weights of one head of one sequence, for consecutive queries, while they are in cache.
 * Valid only during the call that hands it over.
 *
 * <p>Column c is key {@code firstKey + c}; columns that a row does not see, of which some may lie
 * behind the last key, have weight 0, and so have keys left and right of the columns.
 *
 * @param sequence index in the batch
 * @param weights of query {@code firstQuery + r} from {@code start + r * stride} on; rows sum to 1
 *     up to rounding
 * @param start a multiple of {@link dev.headlight.kernel.WeightBlock#ALIGNMENT}
 * @param stride as many floats a row has, with zeros behind its columns; such a multiple too
 * @param rows which columns each row sees, its entropy and its largest weight: of query {@code
 *     firstQuery + r} at {@code firstRow + r}
 */
public record AttentionBlock(
    int sequence,
    int head,
    int firstQuery,
    int queries,
    int firstKey,
    float[] weights,
    int start,
    int stride,
    SoftmaxRows rows,
    int firstRow) {}

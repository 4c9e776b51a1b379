"""Attention and residual-stream statistics in numpy float64, straight from their definitions.

Weights are not renormalised. For one sequence, layer and head, a[i, j] is the weight of query i on key j, and visible[i, j] says
whether query i sees key j; both without padding.
"""

import numpy as np


def _mean(values):
    values = np.asarray(values, dtype=np.float64)
    return values.mean() if values.size else np.nan


def head_statistics(a, visible):
    """The statistics of one head, by name."""
    queries, keys = a.shape
    seen = [np.flatnonzero(row) for row in visible]
    distance = np.abs(np.arange(queries)[:, None] - np.arange(keys)[None, :]).astype(np.float64)
    entropy = np.array([-sum(p * np.log(p) for p in a[i, seen[i]] if p > 0) for i in range(queries)])
    normalized = [0.0 if len(seen[i]) == 1 else entropy[i] / np.log(len(seen[i])) for i in range(queries)]
    mean_distance = (a * distance).sum(axis=1)
    spread = [
        np.sqrt((a[i, seen[i]] * (distance[i, seen[i]] - mean_distance[i]) ** 2).sum()) for i in range(queries)
    ]
    k90, k90_margin = zip(*(_coverage(a[i, seen[i]]) for i in range(queries)))
    first = a[:, 0].mean()

    def at(offset):
        rows = [i for i in range(queries) if 0 <= i + offset < keys and visible[i, i + offset]]
        return _mean([a[i, i + offset] for i in rows])

    return {
        "entropy": entropy.mean(),
        "normalized_entropy": _mean(normalized),
        "max_weight": a.max(axis=1).mean(),
        "mean_distance": mean_distance.mean(),
        "first_token_mass": first,
        "diagonal_mass": at(0),
        "previous_mass": at(-1),
        "next_mass": at(1),
    }, {
        "effective_support": np.exp(entropy).mean(),
        "k90": _mean(k90),
        "k90_margin": min(k90_margin),
        "sparsity_1e2": _mean([(a[i, seen[i]] < 0.01).mean() for i in range(queries)]),
        "sparsity_margin": min(np.abs(a[i, seen[i]] - 0.01).min() for i in range(queries)),
        "forward_mass": _mean([a[i, i + 1 :].sum() for i in range(queries)]),
        "backward_mass": _mean([a[i, :i].sum() for i in range(queries)]),
        "distance_std": _mean(spread),
        "sink_rate_0.3": float(first > 0.3),
        "sink_margin": abs(first - 0.3),
    }


def _coverage(weights):
    """Smallest number of weights that sum to 0.9, and how far the deciding sums are from it."""
    sums = np.cumsum(np.sort(weights)[::-1])
    k = int(np.argmax(sums >= 0.9)) + 1
    before = sums[k - 2] if k > 1 else 0.0
    return k, min(abs(sums[k - 1] - 0.9), abs(before - 0.9))


def copying_statistics(a, visible, tokens):
    """Mass on earlier occurrences of the query's token, and on what followed them."""
    duplicate, induction = [], []
    for i in range(a.shape[0]):
        same = [j for j in range(i) if visible[i, j] and tokens[j] == tokens[i]]
        after = [j for j in range(1, i + 1) if visible[i, j] and tokens[j - 1] == tokens[i]]
        if same:
            duplicate.append(a[i, same].sum())
        if after:
            induction.append(a[i, after].sum())
    return {"duplicate_token_mass": _mean(duplicate), "induction_mass": _mean(induction)}


def received_attention(a, visible):
    """Mean weight of each key over the queries that see it."""
    return np.array(
        [a[visible[:, j], j].mean() if visible[:, j].any() else np.nan for j in range(a.shape[1])]
    )


def head_divergence(heads, visible):
    """Jensen-Shannon divergence between all pairs of heads [h, T, T], mean over queries, in nats."""
    count = len(heads)
    result = np.zeros((count, count))
    for x in range(count):
        for y in range(count):
            if x != y:
                rows = [
                    _divergence(heads[x][i, seen], heads[y][i, seen]) for i, seen in enumerate(visible)
                ]
                result[x, y] = _mean(rows)
    return result


def _divergence(p, q):
    m = (p + q) / 2
    left = sum(v * np.log(v / w) for v, w in zip(p, m) if v > 0)
    right = sum(v * np.log(v / w) for v, w in zip(q, m) if v > 0)
    return (left + right) / 2


def rollout(layers):
    """Attention rollout (Abnar and Zuidema 2020) of layers [L][h, T, T]."""
    size = layers[0].shape[1]
    result = np.eye(size)
    for heads in layers:
        mixed = heads.mean(axis=0) / 2 + np.eye(size) / 2
        result = mixed / mixed.sum(axis=1, keepdims=True) @ result
    return result


def residual_statistics(x):
    """Statistics of hidden states [T, d] of one sequence."""
    norms = np.linalg.norm(x, axis=1)
    count = len(x)
    unit = x / norms[:, None]
    pairs = [unit[s] @ unit[t] for s in range(count) for t in range(s)]
    return {
        "residual_norm": norms.mean(),
        "max_abs": np.abs(x).max(),
        "median_abs": np.median(np.abs(x)),
        "rank_residual": np.linalg.norm(x - x.mean(axis=0)) / np.linalg.norm(x),
        "mean_cosine": _mean(pairs),
    }


def visibility(queries, keys, causal, window):
    """Which key each query sees: [queries, keys]."""
    ahead = np.arange(keys)[None, :] - np.arange(queries)[:, None]
    seen = ahead <= 0 if causal else np.ones_like(ahead, dtype=bool)
    if window:
        seen = seen & ((-ahead < window) if causal else (np.abs(ahead) <= window))
    return seen


class Collected:
    """Arrays [B, ...] that are filled sequence by sequence; what is never set stays NaN."""

    def __init__(self, batch):
        self.batch = batch
        self.arrays = {}

    def set(self, name, sequence, index, value, shape):
        array = self.arrays.setdefault(name, np.full((self.batch, *shape), np.nan))
        array[(sequence, *index)] = value


def side_statistics(attentions, lengths, key_lengths, masks, tokens, prefix):
    """All statistics of the attention layers of one side.

    attentions: [L][B, h, T, keys]; masks: per layer (causal, window); tokens: [B, T] or None.
    """
    layers, (batch, heads, padded, padded_keys) = len(attentions), attentions[0].shape
    first, second = Collected(batch), Collected(batch)
    for b in range(batch):
        for layer in range(layers):
            visible = visibility(lengths[b], key_lengths[b], *masks[layer])
            weights = attentions[layer][b, :, : lengths[b], : key_lengths[b]].astype(np.float64)
            assert np.abs(weights.sum(axis=-1) - 1).max() < 1e-5 and (weights[:, ~visible] == 0).all()
            for head in range(heads):
                index, shape = (layer, head), (layers, heads)
                one, two = head_statistics(weights[head], visible)
                if tokens is not None:
                    two.update(copying_statistics(weights[head], visible, tokens[b]))
                for name, value in one.items():
                    first.set(prefix + name, b, index, value, shape)
                for name, value in two.items():
                    second.set(prefix + name, b, index, value, shape)
                received = received_attention(weights[head], visible)
                first.set(
                    prefix + "received_attention",
                    b,
                    (layer, head, slice(0, key_lengths[b])),
                    received,
                    (layers, heads, padded_keys),
                )
            second.set(
                prefix + "head_js", b, (layer,), head_divergence(weights, visible), (layers, heads, heads)
            )
        if prefix in ("", "encoder."):
            squares = [
                a[b, :, : lengths[b], : lengths[b]].astype(np.float64) for a in attentions
            ]
            index = (slice(0, lengths[b]), slice(0, lengths[b]))
            second.set(prefix + "rollout", b, index, rollout(squares), (padded, padded))
    return first.arrays, second.arrays


def stack_statistics(states, final_norm_input, lengths, prefix):
    """Statistics of hidden states [L + 1][B, T, d], and of the last layer's output where a norm follows it."""
    collected = Collected(len(lengths))
    for b, length in enumerate(lengths):
        for layer, state in enumerate(states):
            for name, value in residual_statistics(state[b, :length].astype(np.float64)).items():
                collected.set(prefix + name, b, (layer,), value, (len(states),))
        if final_norm_input is not None:
            values = residual_statistics(final_norm_input[b, :length].astype(np.float64))
            for name, value in values.items():
                collected.set(prefix + "final_norm_input." + name, b, (), value, ())
    return collected.arrays

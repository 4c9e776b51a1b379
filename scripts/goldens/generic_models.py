"""Models of no family, as people write them by hand: plain torch modules whose outputs are named like those of Hugging Face."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def attend(q, k, v, visible, scale, bias=0.0, cap=None):
    """q, k, v: [B, heads, T, width]; visible: [B, 1, T, T]. Returns [B, T, heads * width] and the weights."""
    scores = q @ k.transpose(-1, -2) * scale
    if cap:
        scores = cap * torch.tanh(scores / cap)
    weights = (scores + bias).masked_fill(~visible, float("-inf")).softmax(dim=-1)
    mixed = (weights @ v).transpose(1, 2).flatten(2)
    return mixed, weights


def heads_of(x, count):
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


def visible_keys(mask, causal, window=None):
    """[B, 1, T, T] from a padding mask [B, T]; queries that are padding see themselves."""
    size = mask.shape[1]
    ahead = torch.arange(size)[None, :] - torch.arange(size)[:, None]
    seen = ahead <= 0 if causal else torch.ones(size, size, dtype=torch.bool)
    if window:
        seen = seen & ((-ahead < window) if causal else (ahead.abs() <= window))
    return (seen[None] & mask[:, None, :].bool() | torch.eye(size, dtype=torch.bool))[:, None]


class Base(nn.Module):
    """Runs layers and collects what they give. A layer returns hidden states and attention weights."""

    def collect(self, x, final=None):
        states, weights = [x], []
        for layer in self.all_layers():
            x, attention = layer(x)
            states.append(x)
            weights.append(attention)
        output = {"hidden_states": tuple(states), "attentions": tuple(weights), "last_hidden_state": x}
        if final is not None:
            output["last_hidden_state"] = final(x)
            output["final_norm_input"] = x
        return output


class ToQkvAttention(nn.Module):
    def __init__(self, width, heads, head_dim):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * heads * head_dim, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * head_dim, width), nn.Dropout(0.0))


class ToQkvVit(Base):
    """A vision transformer with to_qkv: patches by row, column, channel, normed before and after their projection."""

    def __init__(self, channels=1, size=28, patch=7, width=24, heads=3, head_dim=10, mlp=40, depth=3, registers=0):
        super().__init__()
        self.patch = patch
        values = channels * patch * patch
        self.to_patch_embedding = nn.Sequential(
            nn.Identity(), nn.LayerNorm(values), nn.Linear(values, width), nn.LayerNorm(width)
        )
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embedding = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width))
        self.transformer = nn.Module()
        self.transformer.norm = nn.LayerNorm(width)
        self.transformer.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    ToQkvAttention(width, heads, head_dim),
                    nn.Sequential(nn.LayerNorm(width), nn.Linear(width, mlp), nn.GELU(), nn.Linear(mlp, width)),
                ]
            )
            for _ in range(depth)
        )
        self.mlp_head = nn.Linear(width, 10)

    def all_layers(self):
        return [lambda x, pair=pair: self.layer(x, *pair) for pair in self.transformer.layers]

    def layer(self, x, attention, feed_forward):
        q, k, v = (heads_of(part, attention.heads) for part in attention.to_qkv(attention.norm(x)).chunk(3, dim=-1))
        everything = torch.ones(1, 1, x.shape[1], x.shape[1], dtype=torch.bool)
        mixed, weights = attend(q, k, v, everything, q.shape[-1] ** -0.5)
        x = x + attention.to_out(mixed)
        return x + feed_forward(x), weights

    def forward(self, pixel_values, **_):
        p = self.patch
        cut = pixel_values.unfold(2, p, p).unfold(3, p, p)  # [B, C, rows, columns, p, p]
        patches = cut.permute(0, 2, 3, 4, 5, 1).flatten(3).flatten(1, 2)
        x = self.to_patch_embedding(patches)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1) + self.pos_embedding
        return self.collect(x, self.transformer.norm)


class CAttnGpt(Base):
    """A small GPT with c_attn, in linear layers without biases, under hand-made names."""

    def __init__(self, vocabulary=61, positions=48, width=24, heads=4, depth=2):
        super().__init__()
        self.heads = heads
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(vocabulary, width),
                "wpe": nn.Embedding(positions, width),
                "h": nn.ModuleList(self.block(width) for _ in range(depth)),
                "ln_f": nn.LayerNorm(width, bias=False),
            }
        )
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    @staticmethod
    def block(width):
        attention = nn.ModuleDict(
            {"c_attn": nn.Linear(width, 3 * width, bias=False), "c_proj": nn.Linear(width, width, bias=False)}
        )
        mlp = nn.ModuleDict(
            {"c_fc": nn.Linear(width, 4 * width, bias=False), "c_proj": nn.Linear(4 * width, width, bias=False)}
        )
        return nn.ModuleDict(
            {
                "ln_1": nn.LayerNorm(width, bias=False),
                "attn": attention,
                "ln_2": nn.LayerNorm(width, bias=False),
                "mlp": mlp,
            }
        )

    def all_layers(self):
        return [lambda x, block=block: self.layer(x, block) for block in self.transformer["h"]]

    def layer(self, x, block):
        fused = block["attn"]["c_attn"](block["ln_1"](x))
        q, k, v = (heads_of(part, self.heads) for part in fused.chunk(3, dim=-1))
        mixed, weights = attend(q, k, v, self.visible, q.shape[-1] ** -0.5)
        x = x + block["attn"]["c_proj"](mixed)
        return x + block["mlp"]["c_proj"](F.gelu(block["mlp"]["c_fc"](block["ln_2"](x)))), weights

    def forward(self, input_ids, attention_mask=None, **_):
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        self.visible = visible_keys(mask, causal=True)
        x = self.transformer["wte"](input_ids) + self.transformer["wpe"](torch.arange(input_ids.shape[1]))
        return self.collect(x, self.transformer["ln_f"])


class TorchEncoder(Base):
    """Layers of torch.nn.TransformerEncoder (post-norm, in_proj_weight) with sinusoidal positions."""

    def __init__(self, vocabulary=61, width=24, heads=3, mlp=30, depth=2):
        super().__init__()
        self.width = width
        self.embed = nn.Embedding(vocabulary, width)
        layer = nn.TransformerEncoderLayer(width, heads, mlp, dropout=0.0, batch_first=True, activation="relu")
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)

    def all_layers(self):
        return [lambda x, block=block: self.layer(x, block) for block in self.encoder.layers]

    def layer(self, x, block):
        mixed, weights = block.self_attn(
            x, x, x, key_padding_mask=self.padding, need_weights=True, average_attn_weights=False
        )
        x = block.norm1(x + mixed)
        return block.norm2(x + block.linear2(F.relu(block.linear1(x)))), weights

    def forward(self, input_ids, attention_mask=None, **_):
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        self.padding = mask == 0
        positions = torch.arange(input_ids.shape[1], dtype=torch.float64)[:, None]
        frequencies = torch.exp(torch.arange(0, self.width, 2, dtype=torch.float64) * (-math.log(10000.0) / self.width))
        table = torch.zeros(input_ids.shape[1], self.width, dtype=self.embed.weight.dtype)
        table[:, 0::2] = torch.sin(positions * frequencies)
        table[:, 1::2] = torch.cos(positions * frequencies)
        return self.collect(self.embed(input_ids) * math.sqrt(self.width) + table)


class GatedRotary(Base):
    """RMS norms, grouped-query attention interleaved by head or separate, norms on heads, partial rotary, gated MLP,
    attention and MLP side by side, a window in every other layer."""

    def __init__(self, vocabulary=61, width=24, heads=4, groups=2, head_dim=8, mlp=28, depth=3, window=4):
        super().__init__()
        self.heads, self.groups, self.head_dim, self.window = heads, groups, head_dim, window
        self.tokens = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm": nn.RMSNorm(width, eps=1e-4),
                    "to_q": nn.Linear(width, heads * head_dim),
                    "to_kv": nn.Linear(width, 2 * groups * head_dim, bias=False),
                    "q_norm": nn.RMSNorm(head_dim, eps=1e-4),
                    "k_norm": nn.RMSNorm(head_dim, eps=1e-4),
                    "to_out": nn.Linear(heads * head_dim, width, bias=False),
                    "wi": nn.Linear(width, 2 * mlp, bias=False),
                    "wo": nn.Linear(mlp, width),
                }
            )
            for _ in range(depth)
        )
        self.scales = nn.ParameterList(nn.Parameter(torch.ones(width)) for _ in range(depth))

    def rotate(self, x):
        columns = self.head_dim // 2
        frequencies = 50.0 ** (-torch.arange(0, columns, 2, dtype=torch.float64) / columns)
        angles = torch.arange(x.shape[2], dtype=torch.float64)[:, None] * frequencies
        cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        first, second, rest = x[..., : columns // 2], x[..., columns // 2 : columns], x[..., columns:]
        return torch.cat([first * cosine - second * sine, second * cosine + first * sine, rest], dim=-1)

    def all_layers(self):
        return [lambda x, i=i, block=block: self.layer(x, i, block) for i, block in enumerate(self.blocks)]

    def layer(self, x, index, block):
        normed = block["norm"](x)
        q = self.rotate(block["q_norm"](heads_of(block["to_q"](normed), self.heads)))
        k, v = (heads_of(part, self.groups) for part in block["to_kv"](normed).chunk(2, dim=-1))
        k = self.rotate(block["k_norm"](k))
        k, v = (part.repeat_interleave(self.heads // self.groups, dim=1) for part in (k, v))
        window = self.window if index % 2 == 0 else None
        mixed, weights = attend(q, k, v, visible_keys(self.mask, True, window), 0.3, cap=2.0)
        up, gate = block["wi"](normed).chunk(2, dim=-1)
        return x + block["to_out"](mixed) + self.scales[index] * block["wo"](F.silu(gate) * up), weights

    def forward(self, input_ids, attention_mask=None, **_):
        self.mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        return self.collect(self.tokens(input_ids))


class Transposed(nn.Module):
    """A projection that is stored as [inputs, outputs]."""

    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs))
        self.bias = nn.Parameter(torch.randn(outputs)) if bias else None

    def forward(self, x):
        return x @ self.weight + (self.bias if self.bias is not None else 0)


class BiasedScores(Base):
    """Norms around or behind the parts of a block, and ALiBi or relative buckets; fused projections by head, stored
    as [inputs, outputs]."""

    def __init__(self, alibi, vocabulary=61, width=24, heads=6, mlp=20, depth=2):
        super().__init__()
        self.alibi, self.heads = alibi, heads
        self.words = nn.Embedding(vocabulary, 14)
        self.types = nn.Embedding(3, 14)
        self.embedding_norm = nn.LayerNorm(14, eps=1e-3)
        self.widen = nn.Parameter(torch.randn(14, width))
        self.distance = None if alibi else nn.Embedding(10, heads)
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    "qkv": Transposed(width, 3 * width),
                    "out": Transposed(width, width, bias=False),
                    "up": Transposed(width, mlp, bias=False),
                    "down": Transposed(mlp, width),
                }
            )
            for _ in range(depth)
        )
        norms = ("after_attention", "after_mlp") if alibi else ("attention", "after_attention", "mlp", "after_mlp")
        self.norms = nn.ModuleList(
            nn.ModuleDict({name: nn.LayerNorm(width, eps=1e-3) for name in norms}) for _ in range(depth)
        )

    def bias(self, size):
        ahead = torch.arange(size)[None, :] - torch.arange(size)[:, None]
        if self.alibi:
            # six heads: the slopes of four, then every other one of eight
            slopes = [2.0 ** (-2 * (i + 1)) for i in range(4)] + [2.0 ** (-(2 * i + 1)) for i in range(2)]
            return -torch.tensor(slopes)[:, None, None] * ahead.abs()
        distance = ahead.abs()
        large = 2 + (torch.log(distance.clamp(min=1).float() / 2) / math.log(9 / 2) * 3).long()
        bucket = torch.where(distance < 2, distance, large.clamp(max=4)) + 5 * (ahead > 0)
        return self.distance(bucket).permute(2, 0, 1)

    def all_layers(self):
        return [lambda x, w=w, n=n: self.layer(x, w, n) for w, n in zip(self.layers, self.norms)]

    def layer(self, x, w, norms):
        normed = x if self.alibi else norms["attention"](x)
        fused = w["qkv"](normed).unflatten(-1, (self.heads, 3, -1)).transpose(1, 2)
        q, k, v = (fused[:, :, :, i] for i in range(3))
        bias = self.bias(x.shape[1]).to(x.dtype)
        mixed, weights = attend(q, k, v, visible_keys(self.mask, False), q.shape[-1] ** -0.5, bias)
        x = x + norms["after_attention"](w["out"](mixed))
        normed = x if self.alibi else norms["mlp"](x)
        inner = torch.tanh(w["up"](normed))
        return x + norms["after_mlp"](w["down"](inner)), weights

    def forward(self, input_ids, attention_mask=None, token_type_ids=None, **_):
        self.mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        x = self.embedding_norm(self.words(input_ids) + self.types(types)) @ self.widen
        return self.collect(x)

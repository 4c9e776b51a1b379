"""Models of no family, described by headlight.json."""

from functools import partial

from case import Case, images
from generic_models import BiasedScores, CAttnGpt, GatedRotary, ToQkvVit, TorchEncoder


def tokens(name, module, description, features, **others):
    others.setdefault("vocabulary", 61)
    return Case(name, "", "", {}, features, module=module, description=description, **others)


BIASED = {
    "model_type": "generic",
    "hidden_size": 24,
    "num_layers": 2,
    "transposed_projections": True,
    "norm_eps": 1e-3,
    "input": {
        "type": "tokens",
        "vocab_size": 61,
        "embedding": "words",
        "embedding_size": 14,
        "token_types": {"embedding": "types", "count": 3},
        "norm": "embedding_norm",
        "projection": {"weight": "widen"},
    },
    "attention": {
        "num_heads": 6,
        "qkv_proj": "layers.{layer}.qkv",
        "qkv_layout": "per_head",
        "o_proj": "layers.{layer}.out",
    },
    "feed_forward": {
        "intermediate_size": 20,
        "activation": "tanh",
        "up_proj": "layers.{layer}.up",
        "down_proj": "layers.{layer}.down",
    },
}

GENERIC = [
    Case(
        "generic-to_qkv-image",
        "",
        "",
        {},
        ["to_qkv", "patches by row, column and channel", "norms before and after the patch projection"],
        module=ToQkvVit,
        image_sizes=images(1, 28, 28),
        description={
            "model_type": "generic",
            "name": "mnist-vit",
            "hidden_size": 24,
            "num_layers": 3,
            "input": {
                "type": "image",
                "image_size": 28,
                "patch_size": 7,
                "num_channels": 1,
                "patch_order": "channels_last",
                "input_norm": "to_patch_embedding.1",
                "projection": "to_patch_embedding.2",
                "output_norm": "to_patch_embedding.3",
                "class_token": "cls_token",
            },
            "positions": {"type": "learned", "embedding": "pos_embedding"},
            "attention": {
                "num_heads": 3,
                "head_dim": 10,
                "norm": "transformer.layers.{layer}.0.norm",
                "qkv_proj": "transformer.layers.{layer}.0.to_qkv",
                "o_proj": "transformer.layers.{layer}.0.to_out.0",
            },
            "feed_forward": {
                "intermediate_size": 40,
                "activation": "gelu",
                "norm": "transformer.layers.{layer}.1.0",
                "up_proj": "transformer.layers.{layer}.1.1",
                "down_proj": "transformer.layers.{layer}.1.3",
            },
            "final_norm": "transformer.norm",
            "ignored_tensors": ["mlp_head."],
        },
    ),
    tokens(
        "generic-c_attn",
        CAttnGpt,
        {
            "model_type": "generic",
            "hidden_size": 24,
            "num_layers": 2,
            "max_positions": 48,
            "input": {"type": "tokens", "vocab_size": 61, "embedding": "transformer.wte"},
            "positions": {"type": "learned", "embedding": "transformer.wpe", "count": 48},
            "attention": {
                "num_heads": 4,
                "causal": True,
                "norm": "transformer.h.{layer}.ln_1",
                "qkv_proj": "transformer.h.{layer}.attn.c_attn",
                "o_proj": "transformer.h.{layer}.attn.c_proj",
            },
            "feed_forward": {
                "intermediate_size": 96,
                "norm": "transformer.h.{layer}.ln_2",
                "up_proj": "transformer.h.{layer}.mlp.c_fc",
                "down_proj": "transformer.h.{layer}.mlp.c_proj",
            },
            "final_norm": "transformer.ln_f",
            "pooling": "lasttoken",
            "ignored_tensors": ["lm_head."],
        },
        ["c_attn in linear layers", "norms without bias"],
        causal=True,
    ),
    tokens(
        "generic-torch-encoder",
        TorchEncoder,
        {
            "model_type": "generic",
            "hidden_size": 24,
            "num_layers": 2,
            "input": {"type": "tokens", "vocab_size": 61, "embedding": "embed", "scale": 24**0.5},
            "positions": {"type": "sinusoidal_interleaved", "count": 100},
            "block": {"norms": "post"},
            "attention": {
                "num_heads": 3,
                "norm": "encoder.layers.{layer}.norm1",
                "qkv_proj": {
                    "weight": "encoder.layers.{layer}.self_attn.in_proj_weight",
                    "bias": "encoder.layers.{layer}.self_attn.in_proj_bias",
                },
                "o_proj": "encoder.layers.{layer}.self_attn.out_proj",
            },
            "feed_forward": {
                "intermediate_size": 30,
                "activation": "relu",
                "norm": "encoder.layers.{layer}.norm2",
                "up_proj": "encoder.layers.{layer}.linear1",
                "down_proj": "encoder.layers.{layer}.linear2",
            },
        },
        ["torch.nn.TransformerEncoder", "post-norm", "sinusoidal positions", "scaled embeddings"],
    ),
    tokens(
        "generic-gated-rotary",
        GatedRotary,
        {
            "model_type": "generic",
            "hidden_size": 24,
            "num_layers": 3,
            "norm_type": "rms_norm",
            "norm_eps": 1e-4,
            "input": {"type": "tokens", "vocab_size": 61, "embedding": "tokens"},
            "positions": {"type": "rotary", "rope_theta": 50.0, "partial_rotary_factor": 0.5},
            "block": {"parallel": True},
            "attention": {
                "num_heads": 4,
                "num_key_value_heads": 2,
                "head_dim": 8,
                "causal": True,
                "sliding_window": 4,
                "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
                "scale": 0.3,
                "soft_cap": 2.0,
                "norm": "blocks.{layer}.norm",
                "q_proj": "blocks.{layer}.to_q",
                "kv_proj": "blocks.{layer}.to_kv",
                "q_norm": "blocks.{layer}.q_norm",
                "k_norm": "blocks.{layer}.k_norm",
                "o_proj": "blocks.{layer}.to_out",
            },
            "feed_forward": {
                "intermediate_size": 28,
                "activation": "silu",
                "norm": "blocks.{layer}.norm",
                "gate_up_proj": "blocks.{layer}.wi",
                "gate_up_layout": "up_first",
                "down_proj": "blocks.{layer}.wo",
                "output_scale": "scales.{layer}",
            },
        },
        ["to_q and to_kv", "grouped-query", "partial rotary", "parallel", "soft cap", "window in every other layer"],
        causal=True,
        windows=(4, None, 4),
    ),
    tokens(
        "generic-alibi",
        partial(BiasedScores, True),
        {
            **BIASED,
            "positions": {"type": "alibi"},
            "block": {"norms": "branch"},
            "attention": {**BIASED["attention"], "norm": "norms.{layer}.after_attention"},
            "feed_forward": {**BIASED["feed_forward"], "norm": "norms.{layer}.after_mlp"},
        },
        ["ALiBi with 6 heads", "norms on the branches", "projections stored as [inputs, outputs]", "token types"],
        token_types=3,
    ),
    tokens(
        "generic-relative-buckets",
        partial(BiasedScores, False),
        {
            **BIASED,
            "positions": {"type": "relative_buckets", "embedding": "distance", "buckets": 10, "max_distance": 9},
            "block": {"norms": "sandwich"},
            "attention": {
                **BIASED["attention"],
                "norm": "norms.{layer}.attention",
                "output_norm": "norms.{layer}.after_attention",
            },
            "feed_forward": {
                **BIASED["feed_forward"],
                "norm": "norms.{layer}.mlp",
                "output_norm": "norms.{layer}.after_mlp",
            },
        },
        ["relative buckets", "norms before and after each part"],
        token_types=3,
        lengths=(29, 13, 6, 1),
    ),
]

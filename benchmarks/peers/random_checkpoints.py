"""Writes checkpoints with random weights in the shapes that docs/performance.md measures.

    pip install torch transformers
    python benchmarks/peers/random_checkpoints.py FOLDER
"""

import sys
from pathlib import Path

import torch
from transformers import BertConfig, BertModel, LlamaConfig, LlamaModel


def main():
    folder = Path(sys.argv[1])
    torch.manual_seed(0)
    models = {
        "bert-base": lambda: BertModel(BertConfig()),
        "bert-base-32768": lambda: BertModel(BertConfig(max_position_embeddings=32768)),
        "minilm": lambda: BertModel(
            BertConfig(
                hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
            )
        ),
        "llama-0.5b": lambda: LlamaModel(
            LlamaConfig(
                vocab_size=32000,
                hidden_size=1024,
                num_hidden_layers=24,
                num_attention_heads=16,
                num_key_value_heads=8,
                intermediate_size=5632,
                max_position_embeddings=8192,
            )
        ),
    }
    for name, make in models.items():
        model = make().eval()
        model.save_pretrained(folder / name)
        print(name, sum(parameter.numel() for parameter in model.parameters()), "parameters")


if __name__ == "__main__":
    main()

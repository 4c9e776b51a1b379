"""Trains the demo's model: two Llama layers on sequences that repeat, until induction heads have formed.

    pip install torch transformers safetensors
    python train.py --output jobs/src/main/resources/dev/headlight/jobs/demo

A sequence is <s> and then random tokens: a block again and again, or a stream in which one passage recurs, or no
repetition at all. What comes after a repeated token can be told from what came after it the first time: a head of
the first layer that looks at the previous token, and one of the second that finds the place after the same token
(an induction head, Olsson et al. 2022) do it. The log says when.

Writes config.json, model.safetensors (float16), tokenizer.json and training.csv. Seeds are fixed; the bits depend on the
version of torch and on the processor.
"""

import argparse
import csv
import itertools
import json
import math
import time
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

VOCABULARY = 512
BEGIN, UNKNOWN = 0, 1
FIRST_WORD = 2


def words():
    """Syllables that can be pronounced, one per token."""
    syllables = ["".join(s) for s in itertools.product("bdfgklmnprstvz", "aeiou", ["", "l", "m", "n", "r", "s", "x", "k"])]
    return syllables[: VOCABULARY - FIRST_WORD]


def tokenizer_json():
    vocabulary = {"<s>": BEGIN, "<unk>": UNKNOWN}
    vocabulary.update({word: FIRST_WORD + i for i, word in enumerate(words())})
    special = [
        {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        for t, i in (("<s>", BEGIN), ("<unk>", UNKNOWN))
    ]
    begin = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [begin, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [BEGIN], "tokens": ["<s>"]}},
        },
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>"},
    }


def batch(size, length, generator):
    """Ids [size, length] and, for each, whether it can be told from what came before."""
    ids = torch.randint(FIRST_WORD, VOCABULARY, (size, length), generator=generator)
    known = torch.zeros(size, length, dtype=torch.bool)
    positions = torch.arange(length)
    for row in range(size):
        kind = row % 4
        if kind < 2:
            period = int(torch.randint(6, length // 2, (1,), generator=generator))
            ids[row] = ids[row, positions % period]
            known[row] = positions > period
        elif kind == 2:
            passage = int(torch.randint(8, length // 3, (1,), generator=generator))
            start = int(torch.randint(0, length - 2 * passage, (1,), generator=generator))
            again = int(torch.randint(start + passage, length - passage + 1, (1,), generator=generator))
            ids[row, again : again + passage] = ids[row, start : start + passage]
            known[row, again + 1 : again + passage] = True
    begin = torch.full((size, 1), BEGIN)
    return torch.cat([begin, ids], 1), torch.cat([torch.zeros(size, 1, dtype=torch.bool), known], 1)


def losses(logits, ids):
    return torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")


def head_masses(model, generator):
    """Largest mean attention to the previous token, and to the token after the same one, of all heads."""
    ids, _ = batch(8, 96, generator)
    ids = ids[:2]
    with torch.no_grad():
        attentions = model(input_ids=ids, output_attentions=True).attentions
    earlier = torch.ones(ids.shape[1], ids.shape[1]).tril().bool()
    after_same = torch.zeros(len(ids), ids.shape[1], ids.shape[1], dtype=torch.bool)
    after_same[:, :, 1:] = ids[:, :, None] == ids[:, None, :-1]
    after_same &= earlier
    previous, induction = [], []
    for layer, weights in enumerate(attentions):
        for head in range(weights.shape[1]):
            of_head = weights[:, head]
            previous.append((of_head.diagonal(-1, 1, 2).mean().item(), f"{layer}.{head}"))
            some = after_same.any(2)
            induction.append(((of_head * after_same).sum(2)[some].mean().item(), f"{layer}.{head}"))
    return max(previous), max(induction)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--output", type=Path, required=True)
    arguments.add_argument("--steps", type=int, default=3000, help="length of the schedule of the learning rate")
    arguments.add_argument("--stop", type=int, default=1027, help="step to stop at")
    arguments.add_argument("--batch", type=int, default=48)
    arguments.add_argument("--length", type=int, default=128)
    arguments.add_argument("--learning-rate", type=float, default=2e-3)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=3600, help="stop after this time at the latest")
    arguments = arguments.parse_args()

    torch.manual_seed(20220924)
    torch.set_num_threads(arguments.threads)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        bos_token_id=BEGIN,
        eos_token_id=None,
        pad_token_id=None,
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * min(1, step / arguments.steps))) + 0.001,
    )
    generator = torch.Generator().manual_seed(1)
    rows = []
    start = time.monotonic()
    for step in range(arguments.steps + 1):
        ids, known = batch(arguments.batch, arguments.length, generator)
        loss = losses(model(input_ids=ids).logits, ids)
        known = known[:, 1:]
        loss_new, loss_repeated = loss[~known].mean(), loss[known].mean()
        last = step == min(arguments.stop, arguments.steps) or time.monotonic() - start > arguments.seconds
        if step % 50 == 0 or last:
            previous, induction = head_masses(model, torch.Generator().manual_seed(2))
            row = {
                "step": step,
                "loss_new": f"{loss_new.item():.4f}",
                "loss_repeated": f"{loss_repeated.item():.4f}",
                "previous_mass": f"{previous[0]:.4f}",
                "previous_head": previous[1],
                "induction_mass": f"{induction[0]:.4f}",
                "induction_head": induction[1],
            }
            rows.append(row)
            print(f"{time.monotonic() - start:6.0f} s", row, flush=True)
        if last:
            break
        optimizer.zero_grad()
        (loss_repeated + 0.1 * loss_new).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()

    arguments.output.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(arguments.output)
    (arguments.output / "generation_config.json").unlink(missing_ok=True)
    (arguments.output / "tokenizer.json").write_text(json.dumps(tokenizer_json(), separators=(",", ":")) + "\n")
    with open(arguments.output / "training.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()

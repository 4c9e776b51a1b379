"""Tokens per second of ONNX Runtime and of transformers on one thread, as `headlight bench` gives them.

    pip install torch transformers onnxruntime
    OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/peers/peer.py sdpa CHECKPOINT --lengths 128 --sequences 64
    OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/peers/peer.py onnx model.onnx --lengths-file lengths.txt --order sorted

Peers: `onnx` (float32), `sdpa` and `eager` (transformers), `statistics` (eager, with output_attentions and eight
statistics of every head in torch). Padded tokens are computed but not counted.
"""

import argparse
import json
import random
import statistics
import time

MASK_EPSILON = 1e-30


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["onnx", "sdpa", "eager", "statistics"])
    parser.add_argument("model")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--lengths", type=int, default=128)
    parser.add_argument("--lengths-file")
    parser.add_argument("--order", choices=["as-is", "sorted"], default="as-is")
    parser.add_argument("--sequences", type=int, default=64)
    parser.add_argument("--batch", type=int, default=16, help="sequences of a batch")
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def batches(options, vocabulary=30000):
    """Lists of token ids, padded with 0 to the longest of each batch."""
    lengths = [options.lengths] * options.sequences
    if options.lengths_file:
        lengths = [int(line) for line in open(options.lengths_file) if line.strip()]
    if options.order == "sorted":
        lengths.sort()
    generator = random.Random(20)
    for first in range(0, len(lengths), options.batch):
        part = lengths[first : first + options.batch]
        width = max(part)
        ids = [[generator.randrange(vocabulary) for _ in range(n)] + [0] * (width - n) for n in part]
        mask = [[1] * n + [0] * (width - n) for n in part]
        yield ids, mask


def onnx_runner(options):
    import numpy as np
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(options.model, settings, providers=["CPUExecutionProvider"])
    inputs = [
        {"input_ids": np.array(ids, dtype=np.int64), "attention_mask": np.array(mask, dtype=np.int64)}
        for ids, mask in batches(options)
    ]

    def run():
        for batch in inputs:
            session.run(None, batch)

    return run


def eight_statistics(weights, mask):
    """Means over the queries of each head, of weights [B, h, T, T] in float32."""
    import torch

    weights = weights.float()
    queries = mask[:, None, :].float()
    count = queries.sum(-1)
    position = torch.arange(weights.shape[-1], dtype=torch.float32)
    distance = (position[None, :] - position[:, None]).abs()
    rows = [
        -(weights * (weights + MASK_EPSILON).log()).sum(-1),
        weights.amax(-1),
        (weights * distance).sum(-1),
        weights[..., 0],
        weights.diagonal(dim1=-2, dim2=-1),
        torch.nn.functional.pad(weights.diagonal(-1, dim1=-2, dim2=-1), (1, 0)),
        torch.nn.functional.pad(weights.diagonal(1, dim1=-2, dim2=-1), (0, 1)),
        (weights < 0.01).float().sum(-1),
    ]
    return torch.stack([(row * queries).sum(-1) / count for row in rows], -1)


def torch_runner(options):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(1)
    with_statistics = options.peer == "statistics"
    model = AutoModel.from_pretrained(
        options.model,
        dtype=torch.bfloat16 if options.precision == "bf16" else torch.float32,
        attn_implementation="sdpa" if options.peer == "sdpa" else "eager",
    ).eval()
    equal = options.lengths_file is None
    inputs = [
        (torch.tensor(ids), None if equal else torch.tensor(mask)) for ids, mask in batches(options)
    ]

    def run():
        with torch.inference_mode():
            for ids, mask in inputs:
                output = model(input_ids=ids, attention_mask=mask, output_attentions=with_statistics)
                if with_statistics:
                    seen = torch.ones_like(ids) if mask is None else mask
                    for weights in output.attentions:
                        eight_statistics(weights, seen)

    return run


def main():
    options = arguments()
    tokens = sum(sum(map(sum, mask)) for _, mask in batches(options))
    run = onnx_runner(options) if options.peer == "onnx" else torch_runner(options)
    run()
    seconds, cpu_seconds = [], []
    for _ in range(options.repeat):
        start, cpu_start = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    result = {
        "peer": options.peer,
        "precision": options.precision,
        "tokens": tokens,
        "tokens_per_second": tokens / statistics.median(seconds),
        "tokens_per_second_best": tokens / min(seconds),
        "tokens_per_cpu_second": tokens / min(cpu_seconds),
        "seconds": seconds,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
